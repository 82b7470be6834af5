/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The provider, startup and shutdown, and the DLL as a COM server. */
#include "shell/shell_fixture.h"

#include "shell/dll/exports.h"

static void startup__counts_with_shutdown(void **state)
{
    (void)state;
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
}

/* The documented example shuts down even when its start failed. */
static void shutdown__unmatched_is_harmless(void **state)
{
    IWMDRMProvider *provider;

    (void)state;
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(WMDRMCreateProvider(&provider), S_OK);
    IWMDRMProvider_Release(provider);
}

static void startup__initializes_com_for_its_thread(void **state)
{
    APTTYPE type;
    APTTYPEQUALIFIER qualifier;

    (void)state;
    assert_int_equal(CoGetApartmentType(&type, &qualifier), CO_E_NOTINITIALIZED);
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(CoGetApartmentType(&type, &qualifier), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_int_equal(CoGetApartmentType(&type, &qualifier), CO_E_NOTINITIALIZED);
}

/* Another model was chosen before: startup succeeds, and shutdown leaves that model alone. */
static void startup__keeps_a_chosen_apartment(void **state)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    (void)state;
    assert_hr(CoInitializeEx(NULL, COINIT_APARTMENTTHREADED), S_OK);
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK);
    assert_hr(CoGetApartmentType(&type, &qualifier), S_OK);
    assert_true(type == APTTYPE_STA || type == APTTYPE_MAINSTA);
    CoUninitialize();
}

static DWORD WINAPI shut_down(void *parameter)
{
    (void)parameter;
    return (DWORD)WMDRMShutdown();
}

/* COM is left on the thread that it was started on. */
static void shutdown__on_another_thread_keeps_com(void **state)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;
    HANDLE thread;

    (void)state;
    assert_hr(WMDRMStartup(), S_OK);
    thread = CreateThread(NULL, 0, shut_down, NULL, 0, NULL);
    assert_non_null(thread);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    assert_hr(CoGetApartmentType(&type, &qualifier), S_OK);
    assert_hr(WMDRMShutdown(), S_OK); /* nothing is left to count, but this thread's COM */
    assert_int_equal(CoGetApartmentType(&type, &qualifier), CO_E_NOTINITIALIZED);
}

static void create_provider__null_is_pointer_error(void **state)
{
    (void)state;
    assert_hr(WMDRMCreateProvider(NULL), E_POINTER);
    assert_hr(_WMDRMCreateProvider(PROVIDER_ORDINARY, NULL, NULL), E_POINTER);
}

static void create_provider__checks_its_kind(void **state)
{
    IWMDRMProvider *provider = (IWMDRMProvider *)(LONG_PTR)1;

    (void)state;
    assert_hr(_WMDRMCreateProvider(2, NULL, &provider), E_INVALIDARG);
    assert_null(provider);
    assert_hr(_WMDRMCreateProvider(PROVIDER_PROTECTED, &provider, &provider), E_INVALIDARG);
    assert_null(provider);
    assert_hr(_WMDRMCreateProvider(PROVIDER_PROTECTED, NULL, &provider), S_OK);
    assert_int_equal(IWMDRMProvider_Release(provider), 0);
}

static void provider__has_its_interfaces(void **state)
{
    struct shell_fixture *fixture = *state;

    check_interface(fixture->provider, IID_IUnknown, TRUE);
    check_interface(fixture->provider, IID_IWMDRMProvider, TRUE);
    check_interface(fixture->provider, IID_IMarshal, TRUE);
    check_interface(fixture->provider, IID_IWMDRMSecurity, FALSE);
    check_interface(fixture->provider, IID_IDispatch, FALSE);
    check_references(fixture->provider, 1);
}

static void create_object__refuses_what_it_does_not_make(void **state)
{
    static const IID *const others[] = {&IID_IUnknown, &IID_IMFMediaEventGenerator, &IID_IWMDRMEventGenerator,
                                        &IID_IWMDRMProvider, &IID_IWMDRMDecrypt, &IID_IDispatch};
    struct shell_fixture *fixture = *state;

    for (size_t i = 0; i < ARRAYSIZE(others); i++)
    {
        void *object = &object;

        assert_hr(IWMDRMProvider_CreateObject(fixture->provider, others[i], &object), E_NOINTERFACE);
        assert_null(object);
    }
    assert_hr(IWMDRMProvider_CreateObject(fixture->provider, &IID_IWMDRMSecurity, NULL), E_POINTER);
}

static void create_object__makes_a_new_one_each_time(void **state)
{
    struct shell_fixture *fixture = *state;
    IWMDRMSecurity *other = shell_create_security(fixture->provider);

    assert_ptr_not_equal(other, fixture->security);
    check_references(other, 1);
    check_references(fixture->provider, 1);
    assert_int_equal(IWMDRMSecurity_Release(other), 0);
}

/* Without the provider, and without WMDRMStartup. */
static void objects__outlive_their_provider(void **state)
{
    struct shell_fixture *fixture = *state;
    IWMDRMSecurity *security = shell_create_security(fixture->provider);

    IWMDRMProvider_Release(fixture->provider);
    fixture->provider = NULL;
    check_version(security, L"2.2.0.0");
    assert_int_equal(IWMDRMSecurity_Release(security), 0);
}

static void output_trust_authority__fails_clearly(void **state)
{
    char untouched[16] = "untouched";

    (void)state;
    assert_hr(MFWMDRMOutputTrustAuthority_CreateInstance(untouched), MF_E_DRM_UNSUPPORTED);
    assert_string_equal(untouched, "untouched");
    assert_hr(MFWMDRMOutputTrustAuthority_CreateInstance(NULL), MF_E_DRM_UNSUPPORTED);
}

/* Every COM server has entry points of these names, so a linker may take another's: ask the DLL. */
static FARPROC entry_point(const char *name)
{
    FARPROC function = GetProcAddress(GetModuleHandleW(L"wmdrmsdk.dll"), name);

    assert_non_null(function);
    return function;
}

static HRESULT get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    typedef HRESULT(WINAPI * function)(REFCLSID, REFIID, void **);

    return ((function)(void (*)(void))entry_point("DllGetClassObject"))(clsid, iid, out);
}

static HRESULT can_unload_now(void)
{
    typedef HRESULT(WINAPI * function)(void);

    return ((function)(void (*)(void))entry_point("DllCanUnloadNow"))();
}

static void class_object__is_the_one_class(void **state)
{
    IClassFactory *factory = NULL;
    void *object = &object;

    (void)state;
    assert_hr(get_class_object(&IID_IWMDRMProvider, &IID_IClassFactory, &object), CLASS_E_CLASSNOTAVAILABLE);
    assert_null(object);
    assert_hr(get_class_object(&CLSID_WMDRMContentEnablerActivate, &IID_IClassFactory, NULL), E_POINTER);
    assert_hr(get_class_object(&CLSID_WMDRMContentEnablerActivate, &IID_IWMDRMProvider, &object), E_NOINTERFACE);
    assert_null(object);
    assert_hr(get_class_object(&CLSID_WMDRMContentEnablerActivate, &IID_IClassFactory, (void **)&factory), S_OK);
    object = &object;
    assert_hr(IClassFactory_CreateInstance(factory, (IUnknown *)factory, &IID_IUnknown, &object),
              CLASS_E_NOAGGREGATION);
    assert_null(object);
    IClassFactory_Release(factory);
}

static void can_unload__only_without_objects(void **state)
{
    IWMDRMProvider *provider;

    (void)state;
    assert_hr(can_unload_now(), S_OK);
    assert_hr(WMDRMCreateProvider(&provider), S_OK);
    assert_hr(can_unload_now(), S_FALSE);
    IWMDRMProvider_Release(provider);
    assert_hr(can_unload_now(), S_OK);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, shell_fixture_set_up, shell_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(can_unload__only_without_objects),
        cmocka_unit_test(startup__initializes_com_for_its_thread),
        cmocka_unit_test(startup__keeps_a_chosen_apartment),
        cmocka_unit_test(startup__counts_with_shutdown),
        cmocka_unit_test(shutdown__unmatched_is_harmless),
        cmocka_unit_test(shutdown__on_another_thread_keeps_com),
        cmocka_unit_test(create_provider__null_is_pointer_error),
        cmocka_unit_test(create_provider__checks_its_kind),
        cmocka_unit_test(output_trust_authority__fails_clearly),
        cmocka_unit_test(class_object__is_the_one_class),
        FIXTURE_TEST(provider__has_its_interfaces),
        FIXTURE_TEST(create_object__refuses_what_it_does_not_make),
        FIXTURE_TEST(create_object__makes_a_new_one_each_time),
        FIXTURE_TEST(objects__outlive_their_provider),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
