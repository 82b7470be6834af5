/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "print.h"

#include <stdio.h>

#include "common/output.h"
#include "common/times.h"

void print_begin(struct printer *printer, const struct options *options)
{
    *printer = (struct printer){.csv = options->csv, .as_json = options->json};
    if (printer->as_json)
    {
        json_begin(&printer->json);
        json_open_array(&printer->json, NULL);
    }
    else if (printer->csv)
        output_line(L"key_id,right,allowed,result,category,count,from,until,count2,from2,until2,hours,at_least,outputs,"
                    L"audio_path");
}

/* --- the table -------------------------------------------------------------------------------------------- */

static void print_table(struct printer *printer, const wchar_t *key_id, const struct right_answer answers[RIGHTS])
{
    wchar_t result[RIGHTS_TEXT_SIZE], state[RIGHTS_TEXT_SIZE];

    if (printer->begun)
        output_line(L"");
    output_line(L"%ls", key_id);
    for (int i = 0; i < RIGHTS; ++i)
        output_line(L"  %-20ls  %-20ls  %ls", right_name(i), rights_result_text(answers[i].result, result),
                    rights_state_text(&answers[i].state, state));
}

/* --- comma-separated values ------------------------------------------------------------------------------- */

/* What a category has of one window. */
struct window
{
    wchar_t count[16], from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
};

static struct window read_window(const DRM_LICENSE_STATE_DATA *state, DWORD index)
{
    const DRM_LICENSE_STATE_CATEGORY category = state->dwCategory;
    const bool counted = category == WM_DRM_LICENSE_STATE_COUNT || category == WM_DRM_LICENSE_STATE_COUNT_FROM
        || category == WM_DRM_LICENSE_STATE_COUNT_UNTIL || category == WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL;
    const bool has_from = category == WM_DRM_LICENSE_STATE_FROM || category == WM_DRM_LICENSE_STATE_FROM_UNTIL
        || category == WM_DRM_LICENSE_STATE_COUNT_FROM || category == WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL;
    const bool has_until = category == WM_DRM_LICENSE_STATE_UNTIL || category == WM_DRM_LICENSE_STATE_FROM_UNTIL
        || category == WM_DRM_LICENSE_STATE_COUNT_UNTIL || category == WM_DRM_LICENSE_STATE_COUNT_FROM_UNTIL;
    struct window window = {0};

    if (index > 0 && state->dwNumCounts <= index)
        return window;
    if (counted)
        swprintf(window.count, ARRAYSIZE(window.count), L"%lu", (unsigned long)state->dwCount[index]);
    if (has_from)
        time_format(&state->datetime[2 * index], window.from);
    if (has_until)
        time_format(&state->datetime[2 * index + (has_from ? 1 : 0)], window.until);
    return window;
}

/* No field needs quotes: key ids, names, numbers and times have no comma in them. */
static void print_csv(const wchar_t *key_id, const struct right_answer answers[RIGHTS])
{
    for (int i = 0; i < RIGHTS; ++i)
    {
        const DRM_LICENSE_STATE_DATA *state = &answers[i].state;
        const struct window first = read_window(state, 0), second = read_window(state, 1);
        wchar_t hours[16] = L"";

        if (state->dwCategory == WM_DRM_LICENSE_STATE_EXPIRATION_AFTER_FIRSTUSE)
            swprintf(hours, ARRAYSIZE(hours), L"%lu", (unsigned long)state->dwCount[0]);
        output_line(L"%ls,%ls,%d,0x%lX,%ls,%ls,%ls,%ls,%ls,%ls,%ls,%ls,%d,%d,%d", key_id, right_name(i),
                    !answers[i].result, (unsigned long)answers[i].result, rights_category_name(state->dwCategory),
                    first.count, first.from, first.until, second.count, second.from, second.until, hours,
                    !!(state->dwVague & DRM_LICENSE_STATE_DATA_VAGUE),
                    !!(state->dwVague & DRM_LICENSE_STATE_DATA_OPL_PRESENT),
                    !!(state->dwVague & DRM_LICENSE_STATE_DATA_SAP_PRESENT));
    }
}

/* --- all -------------------------------------------------------------------------------------------------- */

void print_answers(struct printer *printer, const wchar_t *key_id, const struct right_answer answers[RIGHTS])
{
    if (printer->as_json)
    {
        json_open_object(&printer->json, NULL);
        json_text(&printer->json, L"keyId", key_id);
        rights_put_json(&printer->json, L"rights", answers);
        json_close_object(&printer->json);
    }
    else if (printer->csv)
        print_csv(key_id, answers);
    else
        print_table(printer, key_id, answers);
    printer->begun = true;
}

void print_end(struct printer *printer)
{
    if (!printer->as_json)
        return;
    json_close_array(&printer->json);
    json_end(&printer->json);
}
