/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures individualization with the embedded authority through the COM interface, and beside it, in the same rounds,
 * what the platform alone takes: SQLite with as many databases and commits, DPAPI, and Ed25519.
 *
 *     bench_individualization [rounds]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <oleauto.h>
#include <sqlite3.h>
#include <wmdrmsdk.h>

#include "bench/measure.h"
#include "bench/temporary_store.h"
#include "engine/crypto/crypto.h"
#include "shell/platform/dpapi_protector.h"

enum
{
    DEFAULT_ROUNDS = 21,
    MAX_ROUNDS = 1000,
    SIGNATURES = 20,
    TARGET_US = 50000,
};

/* --- ours ------------------------------------------------------------------------------------------------- */

/* Where the time of one individualization goes, as the events show it. */
enum stage
{
    STAGE_PREPARE, /* until the request is written: store, authority, old identity, keys */
    STAGE_ANSWER,  /* the authority's, and its verification */
    STAGE_INSTALL,
    STAGE_END,     /* from the last state to the completion event */
    STAGE_COUNT,
};

static const char *const stage_names[STAGE_COUNT] = {"store, authority, request", "answer", "install", "end"};

struct measured
{
    struct series wall, cpu, stages[STAGE_COUNT];
};

/* Takes the stage that is over now out of a progress event. */
static int stage_ended_by(const WM_INDIVIDUALIZE_STATUS *state)
{
    if (state->enIndiStatus == INDI_DOWNLOAD && state->enHTTPStatus == HTTP_CONNECTING)
        return STAGE_PREPARE;
    if (state->enIndiStatus == INDI_DOWNLOAD && state->enHTTPStatus == HTTP_COMPLETED)
        return STAGE_ANSWER;
    if (state->enIndiStatus == INDI_SUCCEED)
        return STAGE_INSTALL;
    return -1;
}

static WM_INDIVIDUALIZE_STATUS state_of(IMFMediaEvent *event)
{
    IWMDRMIndividualizationStatus *status;
    WM_INDIVIDUALIZE_STATUS state;
    PROPVARIANT value;

    measure_check(IMFMediaEvent_GetValue(event, &value), "GetValue");
    measure_check(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMIndividualizationStatus, (void **)&status),
                  "QueryInterface");
    measure_check(IWMDRMIndividualizationStatus_GetStatus(status, &state), "GetStatus");
    IWMDRMIndividualizationStatus_Release(status);
    PropVariantClear(&value);
    return state;
}

static void individualize(IWMDRMSecurity *security, DWORD flags, struct measured *out)
{
    double cpu = measure_cpu_us(), start = measure_now_us(), before = start, now = start;
    MediaEventType type = MEUnknown;
    IUnknown *cookie;

    measure_check(IWMDRMSecurity_PerformSecurityUpdate(security, flags, &cookie), "PerformSecurityUpdate");
    while (type != MEWMDRMIndividualizationCompleted)
    {
        IMFMediaEvent *event;
        HRESULT status;
        int stage = STAGE_END;

        measure_check(IWMDRMSecurity_GetEvent(security, 0, &event), "GetEvent");
        now = measure_now_us();
        measure_check(IMFMediaEvent_GetType(event, &type), "GetType");
        measure_check(IMFMediaEvent_GetStatus(event, &status), "GetStatus");
        measure_check(status, "individualization");
        if (type == MEWMDRMIndividualizationProgress)
        {
            const WM_INDIVIDUALIZE_STATUS state = state_of(event);

            stage = stage_ended_by(&state);
        }
        if (stage >= 0)
        {
            series_add(&out->stages[stage], now - before);
            before = now;
        }
        IMFMediaEvent_Release(event);
    }
    series_add(&out->wall, now - start);
    series_add(&out->cpu, measure_cpu_us() - cpu);
    IUnknown_Release(cookie);
}

struct ours
{
    struct measured first, forced, up_to_date;
};

static void measure_ours(struct ours *ours)
{
    IWMDRMSecurity *security;
    IWMDRMProvider *provider;

    measure_check(WMDRMCreateProvider(&provider), "WMDRMCreateProvider");
    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security), "CreateObject");
    individualize(security, WMDRM_SECURITY_PERFORM_INDIV, &ours->first);
    individualize(security, WMDRM_SECURITY_PERFORM_FORCE_INDIV, &ours->forced);
    individualize(security, WMDRM_SECURITY_PERFORM_INDIV, &ours->up_to_date);
    IWMDRMSecurity_Release(security);
    IWMDRMProvider_Release(provider);
}

/* --- the platform alone ----------------------------------------------------------------------------------- */

static void sql(sqlite3 *database, const char *text)
{
    if (sqlite3_exec(database, text, NULL, NULL, NULL) == SQLITE_OK)
        return;
    fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(database));
    exit(2);
}

/* A new database with a write-ahead log, filled and flushed once, and one durable commit. */
static sqlite3 *make_database(const WCHAR *name)
{
    char path[MAX_PATH * 4];
    WCHAR wide[MAX_PATH * 2];
    sqlite3 *database;

    swprintf(wide, ARRAYSIZE(wide), L"%ls\\%ls", temporary_store, name);
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, path, sizeof(path), NULL, NULL);
    if (sqlite3_open(path, &database) != SQLITE_OK)
    {
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(database));
        exit(2);
    }
    sql(database, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE t(value BLOB)");
    sql(database, "INSERT INTO t VALUES(randomblob(8000)); PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL");
    sql(database, "BEGIN IMMEDIATE; INSERT INTO t VALUES(randomblob(4000)); COMMIT");
    return database;
}

/* As many databases, commits and flushes as a first individualization has. */
static void use_sqlite(struct series *out)
{
    double start = measure_now_us();
    sqlite3 *authority, *store;

    CreateDirectoryW(temporary_store, NULL);
    authority = make_database(L"authority.db");
    store = make_database(L"store.db");
    sqlite3_close(authority);
    sqlite3_close(store);
    series_add(out, measure_now_us() - start);
}

static void use_dpapi(struct series *seal, struct series *unseal)
{
    const uint8_t secret[32] = {1};
    struct drm_buffer sealed = {0}, plain = {0};
    struct drm_protector protector;
    double start = measure_now_us();

    dpapi_protector_init(&protector);
    measure_check(protector.seal(protector.context, "benchmark", secret, sizeof(secret), &sealed), "CryptProtectData");
    series_add(seal, measure_now_us() - start);
    start = measure_now_us();
    measure_check(protector.unseal(protector.context, "benchmark", sealed.data, sealed.size, &plain),
                  "CryptUnprotectData");
    series_add(unseal, measure_now_us() - start);
    drm_buffer_free(&plain);
    drm_buffer_free(&sealed);
}

static void use_signatures(struct series *sign, struct series *verify)
{
    uint8_t seed[DRM_SIGN_SEED_SIZE], key[DRM_SIGN_PUBLIC_SIZE], signature[DRM_SIGNATURE_SIZE];
    const struct drm_span message = drm_span("a message", 9);
    double start;

    drm_random(seed, sizeof(seed));
    measure_check(drm_sign_public(seed, key), "drm_sign_public");
    start = measure_now_us();
    for (int i = 0; i < SIGNATURES; i++)
        measure_check(drm_sign(seed, "benchmark", message, signature), "drm_sign");
    series_add(sign, (measure_now_us() - start) / SIGNATURES);
    start = measure_now_us();
    for (int i = 0; i < SIGNATURES; i++)
        measure_check(drm_verify(key, "benchmark", message, signature), "drm_verify");
    series_add(verify, (measure_now_us() - start) / SIGNATURES);
}

struct platform
{
    struct series sqlite, seal, unseal, sign, verify;
};

/* --- the report ------------------------------------------------------------------------------------------- */

static void report_series(const char *name, struct series *series)
{
    printf("  %-28s median %8.2f ms   best %8.2f ms   9 of 10 within %8.2f ms\n", name, series_median(series) / 1000,
           series_quantile(series, 0) / 1000, series_quantile(series, 0.9) / 1000);
}

static void report_measured(const char *name, struct measured *measured)
{
    printf("%s\n", name);
    report_series("wall time", &measured->wall);
    printf("  %-28s mean   %8.2f ms\n", "processor time", series_mean(&measured->cpu) / 1000);
    for (int i = 0; i < STAGE_COUNT; i++)
        report_series(stage_names[i], &measured->stages[i]);
}

/* What is left of the first one without SQLite's and DPAPI's part. */
static bool report_own_work(struct ours *ours, struct platform *platform)
{
    double total = series_median(&ours->first.wall);
    double others = series_median(&platform->sqlite) + 2 * series_median(&platform->seal);
    double own = total - others;

    printf("first individualization without the platform's part (SQLite, two keys sealed by DPAPI): %.2f - %.2f = "
           "%.2f ms, target %.0f ms, %s\n", total / 1000, others / 1000, own / 1000, TARGET_US / 1000.0,
           own <= TARGET_US ? "met" : "MISSED");
    return own <= TARGET_US;
}

int main(int argc, char **argv)
{
    static struct ours ours, warm_up;
    static struct platform platform, unused;
    int rounds = argc > 1 ? atoi(argv[1]) : DEFAULT_ROUNDS;

    if (rounds < 1 || rounds > MAX_ROUNDS)
    {
        fprintf(stderr, "usage: bench_individualization [rounds], 1 to %d\n", MAX_ROUNDS);
        return 2;
    }
    temporary_store_configure();
    measure_check(drm_crypto_init(), "drm_crypto_init");
    measure_check(WMDRMStartup(), "WMDRMStartup");

    printf("%d-bit, %d rounds\n", (int)sizeof(void *) * 8, rounds);
    for (int i = -1; i < rounds; i++)
    {
        struct ours *to = i < 0 ? &warm_up : &ours;
        struct platform *peers = i < 0 ? &unused : &platform;

        measure_ours(to);
        temporary_store_delete();
        use_sqlite(&peers->sqlite);
        temporary_store_delete();
        use_dpapi(&peers->seal, &peers->unseal);
        use_signatures(&peers->sign, &peers->verify);
    }
    printf("the process's first: %.2f ms\n", series_median(&warm_up.first.wall) / 1000);
    report_measured("first individualization", &ours.first);
    report_measured("forced again", &ours.forced);
    report_measured("up to date", &ours.up_to_date);
    printf("the platform alone\n");
    report_series("SQLite: 2 databases, 2 commits", &platform.sqlite);
    report_series("CryptProtectData", &platform.seal);
    report_series("CryptUnprotectData", &platform.unseal);
    report_series("Ed25519, one signature", &platform.sign);
    report_series("Ed25519, one verification", &platform.verify);
    WMDRMShutdown();
    return report_own_work(&ours, &platform) ? 0 : 1;
}
