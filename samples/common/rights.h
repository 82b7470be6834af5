/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nine rights, and what a query says of them. */
#ifndef SAMPLES_RIGHTS_H
#define SAMPLES_RIGHTS_H

#include <windows.h>
#include <wmdrmsdk.h>

#include "json.h"

#define RIGHTS 9
#define RIGHTS_TEXT_SIZE 512

/* What both queries say of one right of a key id. */
struct right_answer
{
    DWORD result; /* of QueryActionAllowed: 0, or bits of DRM_ACTION_ALLOWED_QUERY_RESULTS */
    DRM_LICENSE_STATE_DATA state;
};

/* "Play", ... */
const wchar_t *right_name(int right);

/* Asks about all rights; min_version may be NULL. */
HRESULT rights_query(IWMDRMLicenseQuery *query, const wchar_t *key_id, const wchar_t *min_version,
                     struct right_answer answers[RIGHTS]);

/* "allowed", or the reasons why not: "no licence"; "count used up, expired". Returns text. */
const wchar_t *rights_result_text(DWORD result, wchar_t text[RIGHTS_TEXT_SIZE]);

/* "at least 3 times until 2026-12-01T00:00:00Z; outputs are restricted". Returns text. */
const wchar_t *rights_state_text(const DRM_LICENSE_STATE_DATA *state, wchar_t text[RIGHTS_TEXT_SIZE]);

/* The same for programs: "unlimited", "count-until", ... */
const wchar_t *rights_category_name(DRM_LICENSE_STATE_CATEGORY category);

/* An array of objects, one for each right. */
void rights_put_json(struct json *json, const wchar_t *name, const struct right_answer answers[RIGHTS]);

#endif
