/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures CheckCertForRevocation on a list of a million entries, through the COM interface, and beside it bsearch over
 * the same entries in memory. The certificates differ from call to call, so that neither side lives in the cache.
 *
 *     bench_revocation [entries]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <oleauto.h>
#include <wmdrmsdk.h>

#include "bench/measure.h"
#include "bench/temporary_store.h"
#include "engine/authority/authority.h"
#include "shell/platform/dpapi_protector.h"
#include "shell/platform/system_clock.h"

enum
{
    DEFAULT_ENTRIES = 1000000,
    CERTIFICATES = 256, /* of each kind */
    ROUNDS = 16,        /* over all certificates */
    TARGET_US = 10,
};

/* A certificate, and what is looked up for it. */
struct subject
{
    struct drm_buffer chain;
    uint8_t id[DRM_SHA256_SIZE];
};

static struct subject revoked[CERTIFICATES], sound[CERTIFICATES];

/* --- the list --------------------------------------------------------------------------------------------- */

static void discard_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static struct drm_authority *open_authority(void)
{
    static struct drm_host host;
    char narrow[MAX_PATH * 3];
    struct drm_authority_options options = {.directory = narrow, .name = "benchmark", .host = &host};
    struct drm_authority *authority;

    dpapi_protector_init(&host.protector);
    system_clock_init(&host.clock);
    host.log.write = discard_line;
    measure_check(drm_crypto_init(), "drm_crypto_init");
    WideCharToMultiByte(CP_UTF8, 0, temporary_store, -1, narrow, sizeof(narrow), NULL, NULL);
    measure_check(drm_authority_open(&options, DRM_AUTHORITY_OPEN, &authority), "drm_authority_open");
    return authority;
}

static void certify(struct drm_authority *authority, struct subject *subject)
{
    struct drm_certificate certificate = {.roles = DRM_ROLE_APPLICATION, .name = "an application"};
    struct drm_chain chain;

    drm_random(certificate.sign_key, sizeof(certificate.sign_key));
    measure_check(drm_authority_certify(authority, &certificate, &subject->chain), "drm_authority_certify");
    measure_check(drm_chain_read(drm_buffer_span(&subject->chain), &chain), "drm_chain_read");
    memcpy(subject->id, chain.certificates[0].id, sizeof(subject->id));
}

/* A list of random entries and of those certificates that are revoked, as its authority signs it. */
static void make_list(size_t entries, struct drm_buffer *out)
{
    struct drm_authority *authority = open_authority();
    uint8_t *ids = malloc(entries * DRM_SHA256_SIZE);

    measure_check(ids ? S_OK : E_OUTOFMEMORY, "malloc");
    drm_random(ids, entries * DRM_SHA256_SIZE);
    for (size_t i = 0; i < CERTIFICATES; i++)
    {
        certify(authority, &revoked[i]);
        certify(authority, &sound[i]);
        memcpy(ids + i * DRM_SHA256_SIZE, revoked[i].id, DRM_SHA256_SIZE);
    }
    measure_check(drm_authority_revoke(authority, DRM_REVOCATION_APP, ids, entries), "drm_authority_revoke");
    measure_check(drm_authority_read_list(authority, DRM_REVOCATION_APP, out), "drm_authority_read_list");
    free(ids);
    drm_authority_close(authority);
}

/* --- looking up ------------------------------------------------------------------------------------------- */

static void check_certificate(IWMDRMSecurity *security, const struct subject *subject, BOOL expected)
{
    BOOL answer;

    measure_check(IWMDRMSecurity_CheckCertForRevocation(security, &WMDRM_REVOCATIONTYPE_APP, subject->chain.data,
                                                        (DWORD)subject->chain.size, &answer),
                  "CheckCertForRevocation");
    if (answer == expected)
        return;
    fprintf(stderr, "a certificate is %s\n", answer ? "revoked and should not be" : "not revoked and should be");
    exit(2);
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, DRM_SHA256_SIZE);
}

static void find_entry(const struct drm_span *entries, const struct subject *subject, BOOL expected)
{
    bool found = bsearch(subject->id, entries->data, entries->size / DRM_SHA256_SIZE, DRM_SHA256_SIZE, compare_ids);

    if (found == (expected != FALSE))
        return;
    fprintf(stderr, "bsearch is wrong\n");
    exit(2);
}

/* What the first part of the question costs alone. */
static void read_chain(const struct subject *subject)
{
    struct drm_chain chain;

    measure_check(drm_chain_read(drm_buffer_span(&subject->chain), &chain), "drm_chain_read");
}

struct lookups
{
    struct series check_revoked, check_sound, find_revoked, find_sound, read;
};

static void measure_lookups(IWMDRMSecurity *security, const struct drm_span *entries, struct lookups *out)
{
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < CERTIFICATES; i++)
        {
            double times[6];

            times[0] = measure_now_us();
            check_certificate(security, &revoked[i], TRUE);
            times[1] = measure_now_us();
            check_certificate(security, &sound[i], FALSE);
            times[2] = measure_now_us();
            find_entry(entries, &revoked[i], TRUE);
            times[3] = measure_now_us();
            find_entry(entries, &sound[i], FALSE);
            times[4] = measure_now_us();
            read_chain(&sound[i]);
            times[5] = measure_now_us();
            series_add(&out->check_revoked, times[1] - times[0]);
            series_add(&out->check_sound, times[2] - times[1]);
            series_add(&out->find_revoked, times[3] - times[2]);
            series_add(&out->find_sound, times[4] - times[3]);
            series_add(&out->read, times[5] - times[4]);
        }
}

/* --- the report ------------------------------------------------------------------------------------------- */

static void report(const char *name, struct series *series)
{
    printf("%-44s median %8.2f us   9 of 10 within %8.2f us   99 of 100 within %8.2f us\n", name,
           series_median(series), series_quantile(series, 0.9), series_quantile(series, 0.99));
}

static void individualize(IWMDRMSecurity *security)
{
    MediaEventType type = MEUnknown;
    IUnknown *cookie;

    measure_check(IWMDRMSecurity_PerformSecurityUpdate(security, WMDRM_SECURITY_PERFORM_INDIV, &cookie),
                  "PerformSecurityUpdate");
    IUnknown_Release(cookie);
    while (type != MEWMDRMIndividualizationCompleted)
    {
        IMFMediaEvent *event;
        HRESULT status;

        measure_check(IWMDRMSecurity_GetEvent(security, 0, &event), "GetEvent");
        measure_check(IMFMediaEvent_GetType(event, &type), "GetType");
        measure_check(IMFMediaEvent_GetStatus(event, &status), "GetStatus");
        measure_check(status, "individualization");
        IMFMediaEvent_Release(event);
    }
}

int main(int argc, char **argv)
{
    static struct lookups lookups;
    long count = argc > 1 ? atol(argv[1]) : DEFAULT_ENTRIES;
    struct drm_buffer list = {0};
    struct drm_span entries;
    IWMDRMSecurity *security;
    IWMDRMProvider *provider;
    double start, set, first;
    bool met;

    if (count < CERTIFICATES || count > DRM_REVOCATION_MAX_ENTRIES)
    {
        fprintf(stderr, "usage: bench_revocation [entries], %d to %d\n", CERTIFICATES, DRM_REVOCATION_MAX_ENTRIES);
        return 2;
    }
    temporary_store_configure();
    measure_check(WMDRMStartup(), "WMDRMStartup");
    measure_check(WMDRMCreateProvider(&provider), "WMDRMCreateProvider");
    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security), "CreateObject");
    individualize(security);
    make_list((size_t)count, &list);
    entries = drm_span(list.data + list.size - (size_t)count * DRM_SHA256_SIZE, (size_t)count * DRM_SHA256_SIZE);

    start = measure_now_us();
    measure_check(IWMDRMSecurity_SetRevocationData(security, &WMDRM_REVOCATIONTYPE_APP, list.data, (DWORD)list.size),
                  "SetRevocationData");
    set = measure_now_us();
    check_certificate(security, &revoked[0], TRUE);
    first = measure_now_us();
    measure_lookups(security, &entries, &lookups);

    printf("%d-bit, %ld entries\n", (int)sizeof(void *) * 8, count);
    printf("SetRevocationData %.1f ms, the first CheckCertForRevocation %.1f ms, then\n", (set - start) / 1000,
           (first - set) / 1000);
    report("CheckCertForRevocation, revoked", &lookups.check_revoked);
    report("CheckCertForRevocation, not revoked", &lookups.check_sound);
    report("of it reading a chain of three certificates", &lookups.read);
    report("bsearch over the same entries, there", &lookups.find_revoked);
    report("bsearch over the same entries, not there", &lookups.find_sound);
    met = series_median(&lookups.check_revoked) < TARGET_US && series_median(&lookups.check_sound) < TARGET_US;
    printf("target: a median below %d us, %s\n", TARGET_US, met ? "met" : "MISSED");

    IWMDRMSecurity_Release(security);
    IWMDRMProvider_Release(provider);
    WMDRMShutdown();
    temporary_store_delete();
    return met ? 0 : 1;
}
