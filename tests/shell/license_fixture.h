/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of licences start from: an individualized machine with the embedded authority, its content, the objects of
 * licences and their events. Key ids are told apart by a small number.
 */
#ifndef WMDRM_TESTS_LICENSE_FIXTURE_H
#define WMDRM_TESTS_LICENSE_FIXTURE_H

#include "shell/shell_fixture.h"

#include "engine/authority/contents.h"

struct license_fixture
{
    struct shell_fixture *shell;
    struct drm_authority *authority;      /* the embedded one; NULL until something is added */
    IWMDRMLicenseManagement *management;
    IWMDRMLicenseQuery *query;
};

/* cmocka's set-up and tear-down: state is a struct license_fixture. Tear-down also checks that no reference of the
 * fixture's objects is left. */
int license_fixture_set_up(void **state);
int license_fixture_tear_down(void **state);
/* The same on a machine without an identity. */
int license_fixture_set_up_bare(void **state);

/* Drops the fixture's objects and makes new ones, which see the configuration and the machine of now. */
void license_fixture_renew(struct license_fixture *fixture);
void license_fixture_drop(struct license_fixture *fixture);
/* Drops everything and waits until nobody has the store open any more. license_fixture_renew begins again. */
void license_fixture_end(struct license_fixture *fixture);

void license_individualize(struct license_fixture *fixture);

/* --- content ---------------------------------------------------------------------------------------------- */

void license_key_id(unsigned int number, uint8_t out[DRM_KEY_ID_SIZE]);
/* Its text; valid until some dozens of calls later. */
WCHAR *license_key(unsigned int number);
/* A content header; url may be NULL. Valid until some dozens of calls later. */
WCHAR *license_header(unsigned int number, const WCHAR *url);
/* An ACTIONLIST of these rights, between semicolons. */
WCHAR *license_actions(const WCHAR *rights);

/* Content with these rights ("Play; Copy(count=3)"), or new rights for it. */
void license_add_content(struct license_fixture *fixture, unsigned int number, const char *rights);
/* What the embedded authority answers a request of this machine's for the content; for SysFreeString. */
BSTR license_issue(struct license_fixture *fixture, unsigned int number);

/* Adds content and acquires a licence for it, silently. */
void license_get(struct license_fixture *fixture, unsigned int number, const char *rights);

/* The first licence of the content's key id, at the beginning of an enumeration of them. */
IWMDRMLicense *license_open(struct license_fixture *fixture, unsigned int number);
/* Gets one first. */
IWMDRMLicense *license_get_open(struct license_fixture *fixture, unsigned int number, const char *rights);

/* --- events ----------------------------------------------------------------------------------------------- */

struct license_event
{
    MediaEventType type;
    HRESULT status;
    bool is_request;       /* the value was an IWMDRMNonSilentLicenseAquisition */
    WCHAR url[512];
    BSTR challenge;        /* of a request; for SysFreeString */
    bool is_backup_status; /* the value was an IWMDRMLicenseBackupRestoreStatus */
    MSDRM_STATUS backup;
    WCHAR text[512];
};

/* Waits for the next event. */
void license_next_event(IWMDRMLicenseManagement *management, struct license_event *event);
/* There is none. */
void license_no_event(IWMDRMLicenseManagement *management);
/* The next event is this completion event, with this status and no value. */
#define check_completed(management, type, status) \
    license_check_completed((management), (type), (status), __FILE__, __LINE__)
void license_check_completed(IWMDRMLicenseManagement *management, MediaEventType type, HRESULT status,
                             const char *file, int line);

/* AcquireLicense, silently, with the header of this content alone; returns the status of its event. */
HRESULT license_acquire(IWMDRMLicenseManagement *management, unsigned int number);

/* QueryActionAllowed of one action. */
DWORD license_query(struct license_fixture *fixture, unsigned int number, const WCHAR *action);

/* Makes a decryptor, which uses up one play; how many are left (0: none, or as many as one likes). */
void license_use_once(struct license_fixture *fixture, unsigned int number);
DWORD license_plays_left(struct license_fixture *fixture, unsigned int number);

/* The number of licences that an enumeration finds; key may be NULL. */
size_t license_count(struct license_fixture *fixture, WCHAR *key);

#endif
