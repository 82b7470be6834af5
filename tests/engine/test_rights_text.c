/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rights as text: what is read, the normal form, and where the reader says that something is wrong. */
#include <stdio.h>

#include "engine/authority/contents.h"
#include "engine/base/time_text.h"
#include "engine/check.h"

#define DAY INT64_C(86400000)
#define T2026_12_01 INT64_C(1796083200000)
#define GUID "{00112233-4455-6677-8899-AABBCCDD%04X}"

static struct drm_license *fresh(void)
{
    struct drm_license *license = calloc(1, sizeof(*license));

    assert_non_null(license);
    return license;
}

static struct drm_license *read_text(const char *text)
{
    struct drm_license *license = fresh();
    size_t where = 12345;
    drm_result result = drm_rights_text_read(text, license, &where);

    if (result != DRM_S_OK)
        fail_msg("\"%s\": 0x%08x at %zu", text, (unsigned int)result, where);
    assert_int_equal(where, 12345);
    return license;
}

static void assert_normal(const char *text, const char *normal)
{
    struct drm_license *license = read_text(text), *again;
    struct drm_buffer out = {0};

    assert_int_equal(drm_rights_text_write(license, &out), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&out, "", 1), DRM_S_OK);
    assert_string_equal((char *)out.data, normal);
    /* The normal form says the same. */
    again = read_text((char *)out.data);
    assert_memory_equal(license, again, sizeof(*license));
    drm_buffer_free(&out);
    free(again);
    free(license);
}

static void assert_wrong(const char *text, size_t place)
{
    struct drm_license *license = fresh(), *before = fresh();
    char *copy = (char *)exact_copy(text, strlen(text) + 1);
    size_t where = SIZE_MAX;

    memset(license, 0x5a, sizeof(*license));
    memcpy(before, license, sizeof(*license));
    assert_int_equal(drm_rights_text_read(copy, license, &where), DRM_E_INVALID_ARGUMENT);
    if (where != place)
        fail_msg("\"%s\": wrong at %zu, not at %zu", text, where, place);
    assert_memory_equal(license, before, sizeof(*license));
    assert_int_equal(drm_rights_text_read(copy, license, NULL), DRM_E_INVALID_ARGUMENT);
    free(copy);
    free(before);
    free(license);
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static void rights_text__rights_and_their_limits(void **state)
{
    struct drm_license *license = read_text(
        "Play(until=2027-01-01T12:00Z, from=2026-12-01,hours=48) ; Copy(count=3)\n\n Play ( count = 1 );");
    const struct drm_terms *terms = &license->terms;
    (void)state;

    assert_int_equal(terms->grant_count, 3);
    assert_int_equal(terms->grants[0].right, DRM_RIGHT_PLAY);
    assert_int_equal(terms->grants[0].count, DRM_COUNT_UNLIMITED);
    assert_true(terms->grants[0].from == T2026_12_01);
    assert_true(terms->grants[0].until == T2026_12_01 + 31 * DAY + DAY / 2);
    assert_int_equal(terms->grants[0].hours, 48);
    assert_int_equal(terms->grants[1].right, DRM_RIGHT_PLAY);
    assert_int_equal(terms->grants[1].count, 1);
    assert_true(terms->grants[1].from == 0 && terms->grants[1].until == 0);
    assert_int_equal(terms->grants[2].right, DRM_RIGHT_COPY);
    assert_int_equal(terms->grants[2].count, 3);
    free(license);
}

static void rights_text__every_right_has_its_name(void **state)
{
    (void)state;
    assert_normal("CollaborativePlay;Backup;Transfer.NONSDMI;Transfer.SDMI;Print.redbook;CreateThumbnailImage;"
                  "PlaylistBurn;Copy;Play",
                  "Play; Copy; PlaylistBurn; CreateThumbnailImage; Print.redbook; Transfer.SDMI; Transfer.NONSDMI; "
                  "Backup; CollaborativePlay");
}

static void rights_text__backup_is_left_out_where_something_is_counted(void **state)
{
    (void)state;
    assert_normal("Play", "Play; Backup");
    assert_normal("Play; backup=no", "Play; backup=no");
    assert_normal("Play(count=2)", "Play(count=2)");
    assert_normal("Play(count=2); Backup", "Play(count=2); Backup");
    assert_normal("Play; Backup(count=2)", "Play; Backup(count=2)");
    assert_normal("Play(count=2); backup=no", "Play(count=2)");
    assert_normal("Play; persist=no", "Play; persist=no");
    assert_normal("persist=no; Play; Backup", "Play; Backup; persist=no");
    assert_normal("persist=later; Play", "Play; Backup; persist=later");
}

static void rights_text__settings_reach_their_fields(void **state)
{
    struct drm_license *license = read_text(
        "Play; priority=2147483647; from=2026-12-01; until=2026-12-02; rollback=delete; min-security=2.10;"
        "min-app-level=2000; min-revinfo=7; sap=yes; sap-level=150; uplink=AAECAwQFBgcICQoLDA0ODw==; source=267;"
        "metering=Dw4NDAsKCQgHBgUEAwIBAA==; persist=yes; imported=yes; revocable=no; user=Alice B. ;"
        "issuer=\"Archive; of \\\"Example\\\" \\\\ Co\"; url=https://drm.example/acquire?a=1&b=2");
    const struct drm_terms *terms = &license->terms;
    (void)state;

    assert_int_equal(terms->priority, INT32_MAX);
    assert_true(terms->not_before == T2026_12_01 && terms->not_after == T2026_12_01 + DAY);
    assert_int_equal(terms->rollback, DRM_ROLLBACK_DELETE);
    assert_int_equal(terms->min_security.major, 2);
    assert_int_equal(terms->min_security.minor, 10);
    assert_int_equal(terms->min_app_level, 2000);
    assert_true(terms->min_revinfo == 7);
    assert_true(terms->sap_required);
    assert_int_equal(terms->sap_level, 150);
    assert_true(terms->has_uplink);
    assert_hex(terms->uplink, 16, "000102030405060708090a0b0c0d0e0f");
    assert_true(license->has_source_id);
    assert_int_equal(license->source_id, 267);
    assert_true(license->has_metering_id && terms->metered);
    assert_hex(license->metering_id, 16, "0f0e0d0c0b0a09080706050403020100");
    assert_int_equal(license->options, DRM_LICENSE_IMPORTED);
    assert_false(license->has_revocation_key);
    assert_string_equal(license->user_id, "Alice B.");
    assert_string_equal(license->issuer, "Archive; of \"Example\" \\ Co");
    assert_string_equal(license->url, "https://drm.example/acquire?a=1&b=2");
    free(license);
}

static void rights_text__levels_technologies_and_restrictions(void **state)
{
    struct drm_license *license = read_text(
        "Play; opl(copy=6, compressed-video=500, uncompressed-video=300, analog-video=200, compressed-audio=100, "
        "uncompressed-audio=65535); include={00112233-4455-6677-8899-aabbccddeeff},"
        "{FFEEDDCC-BBAA-9988-7766-554433221100}; copy-include={00000000-0000-0000-0000-000000000001};"
        "copy-exclude = {00000000-0000-0000-0000-000000000002} , {00000000-0000-0000-0000-000000000003};"
        "analog({00000000-0000-0000-0000-000000000004}=1, {00000000-0000-0000-0000-000000000005}=4294967295)");
    const struct drm_terms *terms = &license->terms;
    (void)state;

    assert_true(terms->has_outputs);
    assert_int_equal(terms->outputs.compressed_video, 500);
    assert_int_equal(terms->outputs.uncompressed_video, 300);
    assert_int_equal(terms->outputs.analog_video, 200);
    assert_int_equal(terms->outputs.compressed_audio, 100);
    assert_int_equal(terms->outputs.uncompressed_audio, 65535);
    assert_int_equal(terms->outputs.copy, 6);
    assert_int_equal(license->inclusion_count, 2);
    assert_hex(license->inclusions[0], 16, "00112233445566778899aabbccddeeff");
    assert_hex(license->inclusions[1], 16, "ffeeddccbbaa99887766554433221100");
    assert_int_equal(terms->copy_included_count, 1);
    assert_int_equal(terms->copy_included[0][15], 1);
    assert_int_equal(terms->copy_excluded_count, 2);
    assert_int_equal(terms->copy_excluded[1][15], 3);
    assert_int_equal(license->restriction_count, 2);
    assert_int_equal(license->restrictions[0].id[15], 4);
    assert_true(license->restrictions[1].value == UINT32_MAX);
    free(license);
}

static void rights_text__ids_and_time_stay(void **state)
{
    struct drm_license *license = fresh();
    (void)state;

    memset(license, 0x11, sizeof(*license));
    license->issued = 5;
    assert_int_equal(drm_rights_text_read("Play", license, NULL), DRM_S_OK);
    assert_int_equal(license->license_id[0], 0x11);
    assert_int_equal(license->key_id[15], 0x11);
    assert_true(license->issued == 5);
    assert_int_equal(license->options, 0);
    assert_string_equal(license->user_id, "");
    assert_true(license->has_revocation_key);
    assert_null(license->encoded_terms.data);
    free(license);
}

static void rights_text__normal_form_is_stable(void **state)
{
    (void)state;
    assert_normal("until=2026-12-02T03:04:05.006Z;\r\nCopy( count=4294967294 , hours=1)\n;Play(from=2026-12-01T00:01Z)",
                  "Play(from=2026-12-01T00:01Z); Copy(count=4294967294, hours=1); until=2026-12-02T03:04:05.006Z");
    assert_normal("Play(until=9999-12-31T23:59:59.999Z)", "Play(until=9999-12-31T23:59:59.999Z); Backup");
    assert_normal("Play; opl", "Play; Backup; opl()");
    assert_normal("Play; opl(copy=1, analog-video=2)", "Play; Backup; opl(analog-video=2, copy=1)");
    assert_normal("Play; metering=AAECAwQFBgcICQoLDA0ODw==", "Play; Backup; metering=AAECAwQFBgcICQoLDA0ODw==");
    assert_normal("Play; metered=yes", "Play; Backup; metered=yes");
    assert_normal("Play; sap=yes; sap-level=3; priority=0; rollback=wait; min-security=0.0; min-app-level=0",
                  "Play; Backup; sap=yes; sap-level=3");
    assert_normal("Play; user=\" a\\\\b\\\"; \"; issuer=x=y", "Play; Backup; user=\" a\\\\b\\\"; \"; issuer=x=y");
    assert_normal("Play; include={00112233-4455-6677-8899-aabbccddeeff}; source=0; imported=yes",
                  "Play; Backup; imported=yes; source=0; include={00112233-4455-6677-8899-AABBCCDDEEFF}");
    assert_normal("Play; analog({00112233-4455-6677-8899-AABBCCDDEEFF}=2)",
                  "Play; Backup; analog({00112233-4455-6677-8899-AABBCCDDEEFF}=2)");
    assert_normal("Play; user=\"\"", "Play; Backup");
}

/* --- refusing --------------------------------------------------------------------------------------------- */

static void rights_text__says_where_it_is_wrong(void **state)
{
    static const struct
    {
        const char *text;
        size_t place;
    } wrong[] = {
        {"", 0},
        {" ; ;\n", 5},
        {"priority=5", 10},           /* grants nothing */
        {"Fly", 0},
        {"play", 0},                  /* case counts */
        {"Play Copy", 5},
        {"Play; Play; Play", 12},
        {"Play(", 5},
        {"Play(count)", 10},
        {"Play(count=)", 11},
        {"Play(count=0)", 11},
        {"Play(count=4294967295)", 11},
        {"Play(count=99999999999999999999)", 11},
        {"Play(count=-1)", 11},
        {"Play(count=1x)", 11},
        {"Play(count=1,count=2)", 13},
        {"Play(times=1)", 5},
        {"Play(count=1", 12},
        {"Play(count=1; Copy)", 12},
        {"Play(count=1,)", 13},
        {"Play(hours=0)", 11},
        {"Play(from=1970-01-01)", 10},
        {"Play(from=1969-12-31)", 10},
        {"Play(from=2026-02-29)", 10},
        {"Play(from=2026-12-1)", 10},
        {"Play(from=2026-12-01T24:00Z)", 10},
        {"Play(from=2026-12-01T12:00)", 10},
        {"Play(from=2026-12-02,until=2026-12-01)", 27},
        {"Play(from=2026-12-01,until=2026-12-01)", 27},
        {"Play(until=2026-12-01,from=2026-12-01)", 27},
        {"Play; until=2026-12-01; from=2026-12-01", 29},
        {"Play; from=2026-12-01; until=2026-12-01", 29},
        {"Play; Backup; backup=no", 21},
        {"Play; backup=no; Backup", 17},
        {"Play; backup=yes", 13},
        {"Play; priority=2147483648", 15},
        {"Play; priority=1; priority=1", 18},
        {"Play; priority", 14},
        {"Play; priority=", 15},
        {"Play; priority=1,2", 16},
        {"Play; persist=maybe", 14},
        {"Play; persist=no; persist=later", 18},
        {"Play; rollback=never", 15},
        {"Play; min-security=2", 19},
        {"Play; uplink=AAECAwQFBgcICQoLDA0O", 13},
        {"Play; opl(video=1)", 10},
        {"Play; opl(copy=65536)", 15},
        {"Play; opl(copy=1,copy=1)", 17},
        {"Play; opl; opl", 11},
        {"Play; include={00112233-4455-6677-8899-AABBCCDDEEF}", 14},
        {"Play; include={00112233-4455-6677-8899-AABBCCDDEEFG}", 14},
        {"Play; include={00112233.4455-6677-8899-AABBCCDDEEFF}", 14},
        {"Play; analog({00112233-4455-6677-8899-AABBCCDDEEFF})", 51},
        {"Play; analog(x=1)", 13},
        {"Play; analog; analog", 14},
        {"Play; metering=AAECAwQFBgcICQoLDA0ODw==; metered=no", 49},
        {"Play; include={00112233-4455-6677-8899-AABBCCDDEEFF},{00112233-4455-6677-8899-aabbccddeeff}", 53},
        {"Play; analog({00112233-4455-6677-8899-AABBCCDDEEFF}=1,{00112233-4455-6677-8899-AABBCCDDEEFF}=2)", 54},
        {"Play; url=ftp://example/", 10},
        {"Play; user=", 11},
        {"Play; user=\"unfinished", 11},
        {"Play; user=\"unfinished\\\"", 11},
        {"Play; user=a\x01" "b", 11},
        {"Play; user=\xff", 11},
        {"Play; user=a\"b\"", 12},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_wrong(wrong[i].text, wrong[i].place);
}

/* More than fits, of everything that is bounded. */
static void rights_text__too_much_is_refused(void **state)
{
    char *text = malloc(8192), *end;
    size_t length;
    (void)state;

    assert_non_null(text);
    strcpy(text, "Play; user=");
    memset(text + 11, 'u', 128);
    text[11 + 128] = 0;
    free(read_text(text));
    strcat(text, "u");
    assert_wrong(text, 11);
    strcpy(text, "Play; url=http://example/");
    length = strlen(text);
    memset(text + length, 'u', 2047 + 10 - length);
    text[2047 + 10] = 0;
    free(read_text(text));
    strcat(text, "u");
    assert_wrong(text, 10);
    end = text + sprintf(text, "Play; include");
    for (unsigned int i = 0; i < DRM_LICENSE_MAX_INCLUSIONS; i++)
        end += sprintf(end, "%c" GUID, i ? ',' : '=', i);
    free(read_text(text));
    sprintf(end, "," GUID, 0xffffU);
    assert_wrong(text, (size_t)(end - text) + 1);
    end = text + sprintf(text, "Play; analog");
    for (unsigned int i = 0; i < DRM_LICENSE_MAX_RESTRICTIONS; i++)
        end += sprintf(end, "%c" GUID "=1", i ? ',' : '(', i);
    strcpy(end, ")");
    free(read_text(text));
    sprintf(end, "," GUID "=1)", 0xffffU);
    assert_wrong(text, (size_t)(end - text) + 1);
    memset(text, 'W', 8191);
    text[8191] = 0;
    assert_wrong(text, 0);
    free(text);
}

/* Whatever is cut off or altered, the reader stays within the text and accepts only what it can write again. */
static void rights_text__survives_any_text(void **state)
{
    static const char good[] =
        "Play(count=3, from=2026-12-01, until=2027-01-01T12:00Z, hours=48); Copy; opl(copy=6); priority=5\n"
        "analog({00112233-4455-6677-8899-AABBCCDDEEFF}=2); user=\"a \\\" b\"; uplink=AAECAwQFBgcICQoLDA0ODw==";
    static const char alphabet[] = ";,()=\"\\ \n.-{}0Pa\x80\xc3";
    struct drm_license *license = fresh();
    uint64_t seed = 4711;
    size_t accepted = 0;
    (void)state;

    for (unsigned int round = 0; round < 20000; round++)
    {
        char *text = (char *)exact_copy(good, sizeof(good));
        size_t cut = next_number(&seed) % sizeof(good), changes = next_number(&seed) % 3, where = 0;
        struct drm_buffer out = {0};

        if (next_number(&seed) % 2)
        {
            free(text);
            text = (char *)exact_copy(good, cut + 1);
            text[cut] = 0;
        }
        for (size_t i = 0; i < changes && *text; i++)
            text[next_number(&seed) % strlen(text)] = alphabet[next_number(&seed) % (sizeof(alphabet) - 1)];
        if (DRM_SUCCEEDED(drm_rights_text_read(text, license, &where)))
        {
            accepted++;
            assert_int_equal(drm_rights_text_write(license, &out), DRM_S_OK);
            assert_int_equal(drm_buffer_append(&out, "", 1), DRM_S_OK);
            assert_int_equal(drm_rights_text_read((char *)out.data, license, NULL), DRM_S_OK);
        }
        else
            assert_in_range(where, 0, strlen(text));
        drm_buffer_free(&out);
        free(text);
    }
    assert_in_range(accepted, 1000, 19000);
    free(license);
}

/* --- times ------------------------------------------------------------------------------------------------ */

static void time_text__every_day_reads_back(void **state)
{
    char text[DRM_TIME_SHORT_SIZE];
    int64_t back;
    (void)state;

    for (int64_t day = 0; day <= INT64_C(2932896); day += 1 + day % 7)
    {
        drm_time_short(day * DAY, text);
        assert_int_equal(strlen(text), 10);
        assert_true(drm_time_parse(text, &back));
        assert_true(back == day * DAY);
    }
    assert_true(drm_time_parse("2000-02-29", &back));
    assert_false(drm_time_parse("2100-02-29", &back));
    assert_false(drm_time_parse("2026-12-01T00:00:60Z", &back));
    assert_false(drm_time_parse("2026-12-01T00:00:00.1Z", &back));
    assert_false(drm_time_parse("2026-12-01 ", &back));
    assert_false(drm_time_parse("2026-13-01", &back));
    assert_false(drm_time_parse("2026-00-01", &back));
    assert_false(drm_time_parse("2026-01-00", &back));
    assert_false(drm_time_parse("", &back));
    assert_true(drm_time_parse("1970-01-01T00:00:00.001Z", &back));
    assert_true(back == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_text__rights_and_their_limits),
        cmocka_unit_test(rights_text__every_right_has_its_name),
        cmocka_unit_test(rights_text__backup_is_left_out_where_something_is_counted),
        cmocka_unit_test(rights_text__settings_reach_their_fields),
        cmocka_unit_test(rights_text__levels_technologies_and_restrictions),
        cmocka_unit_test(rights_text__ids_and_time_stay),
        cmocka_unit_test(rights_text__normal_form_is_stable),
        cmocka_unit_test(rights_text__says_where_it_is_wrong),
        cmocka_unit_test(rights_text__too_much_is_refused),
        cmocka_unit_test(rights_text__survives_any_text),
        cmocka_unit_test(time_text__every_day_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
