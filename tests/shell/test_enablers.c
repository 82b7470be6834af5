/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Content enablers, their events, and the class that makes one anew in another process. */
#include "shell/embedded_authority.h"
#include "shell/shell_fixture.h"

#include <string.h>
#include <mfidl.h>
#include <objidl.h>

static const char renewal_url[] = "https://updates.example.test/renew?from=wmdrmsdk";

/* An application's certificate; the operator's page is known after an individualization. */
struct subject
{
    struct drm_buffer chain;
    uint8_t id[DRM_SHA256_SIZE];
    BYTE *certificate;
    DWORD size;
    GUID type, *type_pointer;
};

static void prepare(struct shell_fixture *fixture, struct subject *subject)
{
    struct drm_authority *authority = embedded_authority_open(fixture->directory);
    struct drm_policy policy = {0};
    struct shell_events events;

    memset(subject, 0, sizeof(*subject));
    memcpy(policy.renewal_url, renewal_url, sizeof(renewal_url));
    assert_int_equal(drm_authority_set_policy(authority, &policy), DRM_S_OK);
    embedded_authority_certify(authority, &subject->chain, subject->id);
    drm_authority_close(authority);
    assert_hr(shell_update(fixture->security, WMDRM_SECURITY_PERFORM_INDIV, MEWMDRMIndividualizationCompleted,
                           &events),
              S_OK);
    subject->certificate = subject->chain.data;
    subject->size = (DWORD)subject->chain.size;
    subject->type = WMDRM_REVOCATIONTYPE_APP;
    subject->type_pointer = &subject->type;
}

static HRESULT get_enablers(struct shell_fixture *fixture, struct subject *subject, DWORD count,
                            IMFContentEnabler **enablers, DWORD *enabler_count)
{
    return IWMDRMSecurity_GetContentEnablersForRevocations(fixture->security, &subject->certificate, &subject->size,
                                                           &subject->type_pointer, count, NS_E_DRM_APPCERT_REVOKED,
                                                           enablers, enabler_count);
}

static IMFContentEnabler *get_enabler(struct shell_fixture *fixture, struct subject *subject)
{
    IMFContentEnabler *enabler = NULL;
    DWORD count = 1;

    assert_hr(get_enablers(fixture, subject, 1, &enabler, &count), S_OK);
    assert_int_equal(count, 1);
    assert_non_null(enabler);
    return enabler;
}

static void enablers__are_counted_and_made(void **state)
{
    struct shell_fixture *fixture = *state;
    struct subject subject;
    IMFContentEnabler *enabler = NULL;
    DWORD count = 0;

    prepare(fixture, &subject);
    assert_hr(get_enablers(fixture, &subject, 1, NULL, &count), S_OK);
    assert_int_equal(count, 1);
    count = 0;
    assert_hr(get_enablers(fixture, &subject, 1, &enabler, &count), NS_E_DRM_BUFFER_TOO_SMALL);
    assert_int_equal(count, 1);
    assert_null(enabler);
    count = 5;
    assert_hr(get_enablers(fixture, &subject, 0, &enabler, &count), S_OK);
    assert_int_equal(count, 0);
    enabler = get_enabler(fixture, &subject);
    check_interface(enabler, IID_IMFContentEnabler, TRUE);
    check_interface(enabler, IID_IMFMediaEventGenerator, TRUE);
    check_interface(enabler, IID_IWMDRMEventGenerator, TRUE);
    check_interface(enabler, IID_IPersistStream, TRUE);
    check_interface(enabler, IID_IMarshal, TRUE);
    check_interface(enabler, IID_IWMDRMSecurity, FALSE);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
    drm_buffer_free(&subject.chain);
}

static void enablers__check_their_arguments(void **state)
{
    struct shell_fixture *fixture = *state;
    struct subject subject;
    IMFContentEnabler *enabler = NULL;
    DWORD count = 1;

    prepare(fixture, &subject);
    assert_hr(get_enablers(fixture, &subject, 1, &enabler, NULL), E_POINTER);
    assert_hr(IWMDRMSecurity_GetContentEnablersForRevocations(fixture->security, NULL, &subject.size, NULL, 1, S_OK,
                                                              &enabler, &count),
              E_POINTER);
    assert_int_equal(count, 0);
    count = 1;
    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(fixture->security, NULL, 1, S_OK, &enabler, &count),
              E_POINTER);
    assert_int_equal(count, 0);
    count = 1;
    subject.type_pointer = NULL;
    assert_hr(get_enablers(fixture, &subject, 1, &enabler, &count), E_POINTER);
    subject.type_pointer = &subject.type;
    subject.type = IID_IUnknown;
    count = 1;
    assert_hr(get_enablers(fixture, &subject, 1, &enabler, &count), E_INVALIDARG);
    assert_int_equal(count, 0);
    subject.type = WMDRM_REVOCATIONTYPE_DEVICE;
    subject.size--;
    count = 1;
    assert_hr(get_enablers(fixture, &subject, 1, &enabler, &count), NS_E_DRM_INVALID_CERTIFICATE);
    assert_null(enabler);
    drm_buffer_free(&subject.chain);
}

static void enablers__come_from_hashes_too(void **state)
{
    struct shell_fixture *fixture = *state;
    BSTR hashes[2] = {SysAllocString(L"0123456789abcdef0123456789ABCDEF01234567"), SysAllocString(L"no hash")};
    IMFContentEnabler *enablers[2] = {NULL, NULL};
    DWORD count = 2;

    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(fixture->security, hashes, 2, S_OK, enablers, &count),
              E_INVALIDARG);
    assert_null(enablers[0]); /* all or none */
    count = 2;
    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(fixture->security, hashes, 1, S_OK, enablers, &count), S_OK);
    assert_int_equal(count, 1);
    assert_int_equal(IMFContentEnabler_Release(enablers[0]), 0);
    SysFreeString(hashes[0]);
    SysFreeString(hashes[1]);
}

static void enabler__says_what_it_is(void **state)
{
    struct shell_fixture *fixture = *state;
    MF_URL_TRUST_STATUS trust = MF_LICENSE_URL_UNTRUSTED;
    struct subject subject;
    IMFContentEnabler *enabler;
    DWORD length = 0, size = 0;
    WCHAR *url = NULL;
    BYTE *data = NULL;
    BOOL automatic;
    GUID type;

    prepare(fixture, &subject);
    enabler = get_enabler(fixture, &subject);
    assert_hr(IMFContentEnabler_GetEnableType(enabler, NULL), E_POINTER);
    assert_hr(IMFContentEnabler_GetEnableType(enabler, &type), S_OK);
    assert_memory_equal(&type, &MFENABLETYPE_MF_UpdateUntrustedComponent, sizeof(type));
    assert_hr(IMFContentEnabler_IsAutomaticSupported(enabler, &automatic), S_OK);
    assert_true(automatic);
    assert_hr(IMFContentEnabler_MonitorEnable(enabler), S_FALSE);

    assert_hr(IMFContentEnabler_GetEnableURL(enabler, NULL, &length, &trust), E_POINTER);
    assert_hr(IMFContentEnabler_GetEnableURL(enabler, &url, &length, &trust), S_OK);
    assert_int_equal(length, wcslen(url) + 1);
    assert_int_equal(trust, MF_LICENSE_URL_TRUSTED);
    for (size_t i = 0; renewal_url[i]; i++)
        assert_int_equal(url[i], renewal_url[i]);
    assert_non_null(wcsstr(url, L"&list=APP&id="));
    CoTaskMemFree(url);
    assert_hr(IMFContentEnabler_GetEnableURL(enabler, &url, &length, NULL), S_OK);
    CoTaskMemFree(url);

    assert_hr(IMFContentEnabler_GetEnableData(enabler, &data, &size), S_OK);
    assert_true(size > sizeof(MFRR_COMPONENT_HASH_INFO));
    CoTaskMemFree(data);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
    drm_buffer_free(&subject.chain);
}

/* Without a page of the operator's there is nothing to open: the event says so. */
static void enabler__without_page_completes_with_a_failure(void **state)
{
    struct shell_fixture *fixture = *state;
    BSTR hash = SysAllocString(L"00ff");
    IMFMediaEventGenerator *generator;
    IMFContentEnabler *enabler;
    IMFMediaEvent *event;
    MediaEventType type;
    HRESULT status;
    PROPVARIANT value;
    DWORD count = 1;
    WCHAR *url;

    assert_hr(IWMDRMSecurity_GetContentEnablersFromHashes(fixture->security, &hash, 1, S_OK, &enabler, &count), S_OK);
    assert_hr(IMFContentEnabler_GetEnableURL(enabler, &url, &count, NULL), MF_E_NOT_AVAILABLE);
    assert_null(url);
    assert_hr(IMFContentEnabler_QueryInterface(enabler, &IID_IMFMediaEventGenerator, (void **)&generator), S_OK);
    assert_hr(IMFContentEnabler_Cancel(enabler), S_OK); /* nothing runs: no event */
    assert_hr(IMFMediaEventGenerator_GetEvent(generator, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_NO_EVENTS_AVAILABLE);
    assert_hr(IMFContentEnabler_AutomaticEnable(enabler), S_OK);
    assert_hr(IMFMediaEventGenerator_GetEvent(generator, 0, &event), S_OK);
    assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
    assert_int_equal(type, MEEnablerCompleted);
    assert_hr(IMFMediaEvent_GetStatus(event, &status), S_OK);
    assert_hr(status, MF_E_NOT_AVAILABLE);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_EMPTY);
    IMFMediaEvent_Release(event);
    IMFMediaEventGenerator_Release(generator);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
    SysFreeString(hash);
}

/* --- the activation class --------------------------------------------------------------------------------- */

static IMFActivate *create_activate(void)
{
    typedef HRESULT(WINAPI * get_class_object)(REFCLSID, REFIID, void **);
    get_class_object function =
        (get_class_object)(void (*)(void))GetProcAddress(GetModuleHandleW(L"wmdrmsdk.dll"), "DllGetClassObject");
    IMFActivate *activate = NULL;
    IClassFactory *factory;

    assert_hr(function(&CLSID_WMDRMContentEnablerActivate, &IID_IClassFactory, (void **)&factory), S_OK);
    assert_hr(IClassFactory_CreateInstance(factory, NULL, &IID_IMFActivate, (void **)&activate), S_OK);
    IClassFactory_Release(factory);
    return activate;
}

static void activate__makes_the_saved_enabler_anew(void **state)
{
    struct shell_fixture *fixture = *state;
    IMFContentEnabler *enabler, *first = NULL, *second = NULL;
    IMFActivate *activate = create_activate();
    MF_URL_TRUST_STATUS trust = MF_LICENSE_URL_TRUSTED;
    IPersistStream *saver, *loader;
    WCHAR *url, *same_url;
    LARGE_INTEGER start = {.QuadPart = 0};
    struct subject subject;
    UINT32 number = 0;
    IStream *stream;
    DWORD length;
    CLSID clsid;

    prepare(fixture, &subject);
    enabler = get_enabler(fixture, &subject);
    assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
    assert_hr(IMFContentEnabler_QueryInterface(enabler, &IID_IPersistStream, (void **)&saver), S_OK);
    assert_hr(IPersistStream_GetClassID(saver, &clsid), S_OK);
    assert_memory_equal(&clsid, &CLSID_WMDRMContentEnablerActivate, sizeof(clsid));
    assert_hr(IPersistStream_IsDirty(saver), S_FALSE);
    assert_hr(IPersistStream_Save(saver, stream, TRUE), S_OK);
    IPersistStream_Release(saver);

    check_interface(activate, IID_IMFActivate, TRUE);
    check_interface(activate, IID_IMFAttributes, TRUE);
    check_interface(activate, IID_IPersistStream, TRUE);
    assert_hr(IMFActivate_SetUINT32(activate, &IID_IUnknown, 42), S_OK);
    assert_hr(IMFActivate_GetUINT32(activate, &IID_IUnknown, &number), S_OK);
    assert_int_equal(number, 42);
    assert_hr(IMFActivate_ActivateObject(activate, &IID_IMFContentEnabler, (void **)&first), MF_E_NOT_INITIALIZED);
    assert_null(first);
    assert_hr(IStream_Seek(stream, start, STREAM_SEEK_SET, NULL), S_OK);
    assert_hr(IMFActivate_QueryInterface(activate, &IID_IPersistStream, (void **)&loader), S_OK);
    assert_hr(IPersistStream_Load(loader, stream), S_OK);
    IPersistStream_Release(loader);
    IStream_Release(stream);

    assert_hr(IMFActivate_ActivateObject(activate, &IID_IMFContentEnabler, (void **)&first), S_OK);
    assert_hr(IMFActivate_ActivateObject(activate, &IID_IMFContentEnabler, (void **)&second), S_OK);
    assert_ptr_equal(first, second); /* the same until it is shut down or detached */
    assert_hr(IMFContentEnabler_GetEnableURL(enabler, &url, &length, NULL), S_OK);
    assert_hr(IMFContentEnabler_GetEnableURL(first, &same_url, &length, &trust), S_OK);
    assert_int_equal(trust, MF_LICENSE_URL_UNTRUSTED); /* nobody signed the stream */
    assert_true(!wcscmp(url, same_url));
    CoTaskMemFree(url);
    CoTaskMemFree(same_url);

    assert_hr(IMFActivate_ShutdownObject(activate), S_OK);
    assert_hr(IMFActivate_ShutdownObject(activate), S_OK);
    assert_hr(IMFContentEnabler_AutomaticEnable(first), MF_E_SHUTDOWN);
    IMFContentEnabler_Release(first);
    assert_int_equal(IMFContentEnabler_Release(second), 0);
    assert_hr(IMFActivate_ActivateObject(activate, &IID_IMFContentEnabler, (void **)&first), S_OK);
    assert_hr(IMFActivate_DetachObject(activate), S_OK);
    assert_int_equal(IMFContentEnabler_Release(first), 0);
    assert_int_equal(IMFActivate_Release(activate), 0);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
    drm_buffer_free(&subject.chain);
}

/* A stream that takes fewer bytes than it is given, and says so in its count alone. */
struct short_stream
{
    IStream IStream_iface;
    ULONG room;
};

static HRESULT STDMETHODCALLTYPE short_stream_Write(IStream *iface, const void *data, ULONG size, ULONG *written)
{
    struct short_stream *stream = CONTAINING_RECORD(iface, struct short_stream, IStream_iface);
    const ULONG taken = size < stream->room ? size : stream->room;

    (void)data;
    stream->room -= taken;
    *written = taken;
    return S_OK;
}

static const IStreamVtbl short_stream_vtbl = {.Write = short_stream_Write};

static void enabler__is_not_saved_by_half(void **state)
{
    static const ULONG rooms[] = {0, 3, 4, 20};
    struct shell_fixture *fixture = *state;
    struct subject subject;
    IMFContentEnabler *enabler;
    IPersistStream *saver;

    prepare(fixture, &subject);
    enabler = get_enabler(fixture, &subject);
    assert_hr(IMFContentEnabler_QueryInterface(enabler, &IID_IPersistStream, (void **)&saver), S_OK);
    for (size_t i = 0; i < ARRAYSIZE(rooms); i++)
    {
        struct short_stream stream = {.IStream_iface.lpVtbl = (IStreamVtbl *)&short_stream_vtbl, .room = rooms[i]};

        assert_hr(IPersistStream_Save(saver, &stream.IStream_iface, TRUE), STG_E_MEDIUMFULL);
        assert_int_equal(stream.room, 0);
    }
    IPersistStream_Release(saver);
    assert_int_equal(IMFContentEnabler_Release(enabler), 0);
    drm_buffer_free(&subject.chain);
}

static void activate__refuses_a_stream_of_rubbish(void **state)
{
    static const char *const rubbish[] = {"", "abc", "\xff\xff\xff\xff", "\x00\x00\x00\x08garbage!"};
    static const size_t sizes[] = {0, 3, 4, 12};
    IMFActivate *activate = create_activate();
    IPersistStream *loader;

    (void)state;
    assert_hr(IMFActivate_QueryInterface(activate, &IID_IPersistStream, (void **)&loader), S_OK);
    assert_hr(IPersistStream_Load(loader, NULL), E_POINTER);
    for (size_t i = 0; i < ARRAYSIZE(rubbish); i++)
    {
        LARGE_INTEGER start = {.QuadPart = 0};
        IStream *stream;

        assert_hr(CreateStreamOnHGlobal(NULL, TRUE, &stream), S_OK);
        assert_hr(IStream_Write(stream, rubbish[i], (ULONG)sizes[i], NULL), S_OK);
        assert_hr(IStream_Seek(stream, start, STREAM_SEEK_SET, NULL), S_OK);
        assert_hr(IPersistStream_Load(loader, stream), E_INVALIDARG);
        IStream_Release(stream);
    }
    IPersistStream_Release(loader);
    assert_int_equal(IMFActivate_Release(activate), 0);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, shell_fixture_set_up, shell_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(enablers__are_counted_and_made),
        FIXTURE_TEST(enablers__check_their_arguments),
        FIXTURE_TEST(enablers__come_from_hashes_too),
        FIXTURE_TEST(enabler__says_what_it_is),
        FIXTURE_TEST(enabler__without_page_completes_with_a_failure),
        FIXTURE_TEST(activate__makes_the_saved_enabler_anew),
        FIXTURE_TEST(enabler__is_not_saved_by_half),
        FIXTURE_TEST(activate__refuses_a_stream_of_rubbish),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
