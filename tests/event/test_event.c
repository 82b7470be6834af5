/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events: IMFMediaEvent and IMFAttributes of our own objects. */
#include "event/event_fixture.h"

#include <propidl.h>

#include "shell/com/module.h"
#include "shell/event/event.h"

static const GUID test_type = { 0x12345678, 0x9abc, 0xdef0, { 1, 2, 3, 4, 5, 6, 7, 8 } };
static const GUID test_key = { 0x87654321, 0xcba9, 0x0fed, { 8, 7, 6, 5, 4, 3, 2, 1 } };

static IMFMediaEvent *create_event(const PROPVARIANT *value)
{
    IMFMediaEvent *event;

    assert_hr(media_event_create(MEWMDRMIndividualizationProgress, &test_type, MF_E_SHUTDOWN, value, &event),
              S_OK);
    return event;
}

static void event__created_tells_type_and_status(void **state)
{
    IMFMediaEvent *event = create_event(NULL);
    MediaEventType type = 0;
    GUID extended_type = GUID_NULL;
    HRESULT status = S_OK;
    PROPVARIANT value;

    (void)state;
    memset(&value, 0xcc, sizeof(value)); /* a published sample skips PropVariantInit */
    assert_hr(IMFMediaEvent_GetType(event, &type), S_OK);
    assert_int_equal(type, MEWMDRMIndividualizationProgress);
    assert_hr(IMFMediaEvent_GetExtendedType(event, &extended_type), S_OK);
    assert_memory_equal(&extended_type, &test_type, sizeof(GUID));
    assert_hr(IMFMediaEvent_GetStatus(event, &status), S_OK);
    assert_hr(status, MF_E_SHUTDOWN);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_EMPTY);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
}

static void event__null_argument_is_refused(void **state)
{
    IMFMediaEvent *event = create_event(NULL);
    IMFMediaEvent *out = event;

    (void)state;
    assert_hr(IMFMediaEvent_GetType(event, NULL), E_POINTER);
    assert_hr(IMFMediaEvent_GetExtendedType(event, NULL), E_POINTER);
    assert_hr(IMFMediaEvent_GetStatus(event, NULL), E_POINTER);
    assert_hr(IMFMediaEvent_GetValue(event, NULL), E_POINTER);
    assert_hr(IMFMediaEvent_QueryInterface(event, &IID_IUnknown, NULL), E_POINTER);
    assert_hr(media_event_create(1, &GUID_NULL, S_OK, NULL, NULL), E_POINTER);
    assert_hr(media_event_create_unknown(1, S_OK, NULL, NULL), E_POINTER);
    assert_hr(media_event_create(1, NULL, S_OK, NULL, &out), E_INVALIDARG);
    assert_null(out);
    IMFMediaEvent_Release(event);
}

static void event__query_interface_knows_event_attributes_unknown(void **state)
{
    static const struct { const IID *iid; HRESULT expected; } rows[] =
    {
        { &IID_IUnknown, S_OK },
        { &IID_IMFAttributes, S_OK },
        { &IID_IMFMediaEvent, S_OK },
        { &IID_IMFMediaEventGenerator, E_NOINTERFACE },
        { &IID_IMFAsyncCallback, E_NOINTERFACE },
    };
    IMFMediaEvent *event = create_event(NULL);
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(rows); ++i)
    {
        IUnknown *out = (IUnknown *)(uintptr_t)1;

        assert_hr(IMFMediaEvent_QueryInterface(event, rows[i].iid, (void **)&out), rows[i].expected);
        assert_ptr_equal(out, rows[i].expected == S_OK ? (void *)event : NULL);
        if (out)
            assert_int_equal(IUnknown_Release(out), 1);
    }
    assert_int_equal(IMFMediaEvent_Release(event), 0);
}

static void event__interface_value_is_referenced_and_given_back(void **state)
{
    struct counted object;
    PROPVARIANT value = { .vt = VT_UNKNOWN }, copy;
    IMFMediaEvent *event;

    (void)state;
    counted_init(&object);
    value.punkVal = &object.IUnknown_iface;
    event = create_event(&value);
    assert_int_equal(object.refcount, 2);
    memset(&copy, 0xcc, sizeof(copy));
    assert_hr(IMFMediaEvent_GetValue(event, &copy), S_OK);
    assert_int_equal(copy.vt, VT_UNKNOWN);
    assert_ptr_equal(copy.punkVal, &object.IUnknown_iface);
    assert_int_equal(object.refcount, 3);
    IMFMediaEvent_Release(event);
    assert_int_equal(object.refcount, 2);
    PropVariantClear(&copy);
    assert_int_equal(object.refcount, 1);

    assert_hr(media_event_create_unknown(2, S_FALSE, &object.IUnknown_iface, &event), S_OK);
    assert_int_equal(object.refcount, 2);
    assert_hr(IMFMediaEvent_GetValue(event, &copy), S_OK);
    assert_int_equal(copy.vt, VT_UNKNOWN);
    PropVariantClear(&copy);
    IMFMediaEvent_Release(event);
    counted_cleanup(&object);
}

static void event__no_interface_is_an_empty_value(void **state)
{
    IMFMediaEvent *event;
    PROPVARIANT value;
    GUID extended_type = test_type;

    (void)state;
    assert_hr(media_event_create_unknown(2, S_OK, NULL, &event), S_OK);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_int_equal(value.vt, VT_EMPTY);
    assert_hr(IMFMediaEvent_GetExtendedType(event, &extended_type), S_OK);
    assert_memory_equal(&extended_type, &GUID_NULL, sizeof(GUID));
    IMFMediaEvent_Release(event);
}

static void event__text_and_bytes_are_independent_copies(void **state)
{
    WCHAR text[] = L"individualized";
    BYTE bytes[] = { 1, 2, 3 };
    PROPVARIANT value = { .vt = VT_LPWSTR }, first, second;
    IMFMediaEvent *event;

    (void)state;
    value.pwszVal = text;
    event = create_event(&value);
    text[0] = L'X';
    assert_hr(IMFMediaEvent_GetValue(event, &first), S_OK);
    assert_int_equal(first.vt, VT_LPWSTR);
    assert_int_equal(wcscmp(first.pwszVal, L"individualized"), 0);
    first.pwszVal[0] = L'Y';
    assert_hr(IMFMediaEvent_GetValue(event, &second), S_OK);
    assert_int_equal(wcscmp(second.pwszVal, L"individualized"), 0);
    PropVariantClear(&first);
    IMFMediaEvent_Release(event);
    assert_int_equal(wcscmp(second.pwszVal, L"individualized"), 0);
    PropVariantClear(&second);

    value = (PROPVARIANT){ .vt = VT_VECTOR | VT_UI1 };
    value.caub.cElems = sizeof(bytes);
    value.caub.pElems = bytes;
    event = create_event(&value);
    bytes[0] = 9;
    assert_hr(IMFMediaEvent_GetValue(event, &first), S_OK);
    assert_int_equal(first.caub.cElems, 3);
    assert_int_equal(first.caub.pElems[0], 1);
    PropVariantClear(&first);
    IMFMediaEvent_Release(event);

    value = (PROPVARIANT){ .vt = VT_UI4 };
    value.ulVal = 42;
    event = create_event(&value);
    assert_hr(IMFMediaEvent_GetValue(event, &first), S_OK);
    assert_int_equal(first.vt, VT_UI4);
    assert_int_equal(first.ulVal, 42);
    IMFMediaEvent_Release(event);
}

static void event__value_of_unknown_type_is_refused(void **state)
{
    PROPVARIANT value = { .vt = 0x777 };
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;
    struct source *source = source_create();
    IMFMediaEventGenerator *generator = &source->IMFMediaEventGenerator_iface;
    bool in_use = module_in_use();

    (void)state;
    assert_true(FAILED(media_event_create(1, &GUID_NULL, S_OK, &value, &event)));
    assert_null(event);
    assert_int_equal(module_in_use(), in_use);
    assert_true(FAILED(IMFMediaEventGenerator_QueueEvent(generator, 1, &GUID_NULL, S_OK, &value)));
    assert_hr(IMFMediaEventGenerator_QueueEvent(generator, 1, NULL, S_OK, NULL), E_INVALIDARG);
    source_expect_none(source);
    source_release(source);
}

static void event__attributes_work_and_start_empty(void **state)
{
    static const BYTE blob[] = { 5, 6, 7 };
    IMFMediaEvent *event = create_event(NULL);
    IMFAttributes *copy;
    struct counted object;
    PROPVARIANT item;
    MF_ATTRIBUTE_TYPE type;
    WCHAR text[8], *allocated_text;
    UINT8 bytes[3], *allocated_bytes;
    IUnknown *unknown;
    GUID guid;
    UINT32 number = 77;
    UINT64 big;
    double real;
    BOOL equal;

    (void)state;
    assert_hr(IMFMediaEvent_GetCount(event, &number), S_OK);
    assert_int_equal(number, 0);
    assert_hr(IMFMediaEvent_GetUINT32(event, &test_key, &number), MF_E_ATTRIBUTENOTFOUND);

    assert_hr(IMFMediaEvent_SetUINT32(event, &test_key, 5), S_OK);
    assert_hr(IMFMediaEvent_GetUINT32(event, &test_key, &number), S_OK);
    assert_int_equal(number, 5);
    assert_hr(IMFMediaEvent_GetItemType(event, &test_key, &type), S_OK);
    assert_int_equal(type, MF_ATTRIBUTE_UINT32);
    assert_hr(IMFMediaEvent_GetItem(event, &test_key, &item), S_OK);
    assert_int_equal(item.ulVal, 5);
    assert_hr(IMFMediaEvent_CompareItem(event, &test_key, &item, &equal), S_OK);
    assert_true(equal);
    assert_hr(IMFMediaEvent_SetUINT64(event, &test_key, 6), S_OK);
    assert_hr(IMFMediaEvent_GetUINT64(event, &test_key, &big), S_OK);
    assert_int_equal(big, 6);
    assert_hr(IMFMediaEvent_SetDouble(event, &test_key, 0.5), S_OK);
    assert_hr(IMFMediaEvent_GetDouble(event, &test_key, &real), S_OK);
    assert_true(real == 0.5);
    assert_hr(IMFMediaEvent_SetGUID(event, &test_key, &test_type), S_OK);
    assert_hr(IMFMediaEvent_GetGUID(event, &test_key, &guid), S_OK);
    assert_memory_equal(&guid, &test_type, sizeof(guid));
    assert_hr(IMFMediaEvent_SetString(event, &test_key, L"text"), S_OK);
    assert_hr(IMFMediaEvent_GetStringLength(event, &test_key, &number), S_OK);
    assert_int_equal(number, 4);
    assert_hr(IMFMediaEvent_GetString(event, &test_key, text, ARRAYSIZE(text), &number), S_OK);
    assert_int_equal(wcscmp(text, L"text"), 0);
    assert_hr(IMFMediaEvent_GetAllocatedString(event, &test_key, &allocated_text, &number), S_OK);
    assert_int_equal(wcscmp(allocated_text, L"text"), 0);
    CoTaskMemFree(allocated_text);
    assert_hr(IMFMediaEvent_SetBlob(event, &test_key, blob, sizeof(blob)), S_OK);
    assert_hr(IMFMediaEvent_GetBlobSize(event, &test_key, &number), S_OK);
    assert_int_equal(number, sizeof(blob));
    assert_hr(IMFMediaEvent_GetBlob(event, &test_key, bytes, sizeof(bytes), &number), S_OK);
    assert_memory_equal(bytes, blob, sizeof(blob));
    assert_hr(IMFMediaEvent_GetAllocatedBlob(event, &test_key, &allocated_bytes, &number), S_OK);
    assert_memory_equal(allocated_bytes, blob, sizeof(blob));
    CoTaskMemFree(allocated_bytes);

    counted_init(&object);
    assert_hr(IMFMediaEvent_SetUnknown(event, &test_key, &object.IUnknown_iface), S_OK);
    assert_hr(IMFMediaEvent_GetUnknown(event, &test_key, &IID_IUnknown, (void **)&unknown), S_OK);
    assert_ptr_equal(unknown, &object.IUnknown_iface);
    IUnknown_Release(unknown);
    assert_hr(IMFMediaEvent_DeleteItem(event, &test_key), S_OK);
    assert_int_equal(object.refcount, 1);

    item = (PROPVARIANT){ .vt = VT_UI4, .ulVal = 8 };
    assert_hr(IMFMediaEvent_LockStore(event), S_OK);
    assert_hr(IMFMediaEvent_SetItem(event, &test_key, &item), S_OK);
    assert_hr(IMFMediaEvent_UnlockStore(event), S_OK);
    assert_hr(IMFMediaEvent_GetItemByIndex(event, 0, &guid, &item), S_OK);
    assert_memory_equal(&guid, &test_key, sizeof(guid));
    assert_int_equal(item.ulVal, 8);
    assert_hr(MFCreateAttributes(&copy, 0), S_OK);
    assert_hr(IMFMediaEvent_CopyAllItems(event, copy), S_OK);
    assert_hr(IMFMediaEvent_Compare(event, copy, MF_ATTRIBUTES_MATCH_ALL_ITEMS, &equal), S_OK);
    assert_true(equal);
    assert_hr(IMFMediaEvent_DeleteAllItems(event), S_OK);
    assert_hr(IMFMediaEvent_Compare(event, copy, MF_ATTRIBUTES_MATCH_ALL_ITEMS, &equal), S_OK);
    assert_false(equal);
    IMFAttributes_Release(copy);

    /* What the attributes hold goes with the event. */
    assert_hr(IMFMediaEvent_SetUnknown(event, &test_key, &object.IUnknown_iface), S_OK);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
    counted_cleanup(&object);
}

/* --- the first use of the attributes, by several threads at once ------------------------------------------- */

enum { RACERS = 4, RACES = 200 };

struct race
{
    IMFMediaEvent *event;
    HANDLE gate;
    LONG racer;
    LONG failures;
};

static DWORD WINAPI race_for_attributes(void *context)
{
    struct race *race = context;
    GUID key = test_key;

    key.Data1 = InterlockedIncrement(&race->racer);
    WaitForSingleObject(race->gate, INFINITE);
    if (FAILED(IMFMediaEvent_SetUINT32(race->event, &key, key.Data1)))
        InterlockedIncrement(&race->failures);
    return 0;
}

static void event__attributes_first_used_by_many_threads_keep_all(void **state)
{
    int round, i;

    (void)state;
    for (round = 0; round < RACES; ++round)
    {
        struct race race = { create_event(NULL), CreateEventW(NULL, TRUE, FALSE, NULL), 0, 0 };
        HANDLE threads[RACERS];
        UINT32 count;

        for (i = 0; i < RACERS; ++i)
            assert_non_null((threads[i] = CreateThread(NULL, 0, race_for_attributes, &race, 0, NULL)));
        SetEvent(race.gate);
        assert_int_equal(WaitForMultipleObjects(RACERS, threads, TRUE, PATIENCE_MS), WAIT_OBJECT_0);
        for (i = 0; i < RACERS; ++i)
            CloseHandle(threads[i]);
        CloseHandle(race.gate);
        assert_int_equal(race.failures, 0);
        assert_hr(IMFMediaEvent_GetCount(race.event, &count), S_OK);
        assert_int_equal(count, RACERS);
        assert_int_equal(IMFMediaEvent_Release(race.event), 0);
    }
}

static void event__alive_keeps_the_module_in_use(void **state)
{
    IMFMediaEvent *event;

    (void)state;
    assert_false(module_in_use());
    event = create_event(NULL);
    assert_true(module_in_use());
    IMFMediaEvent_AddRef(event);
    IMFMediaEvent_Release(event);
    assert_true(module_in_use());
    IMFMediaEvent_Release(event);
    assert_false(module_in_use());
}

/* It goes to other apartments as it is, and nothing of it is left behind. */
static void event__is_marshaled_free_threaded(void **state)
{
    IMFMediaEvent *event = create_event(NULL);
    IMarshal *marshal;
    CLSID by_pointer, found;

    (void)state;
    assert_hr(IMFMediaEvent_QueryInterface(event, &IID_IMarshal, (void **)&marshal), S_OK);
    assert_hr(IMarshal_GetUnmarshalClass(marshal, &IID_IMFMediaEvent, event, MSHCTX_INPROC, NULL, MSHLFLAGS_NORMAL,
                                         &found), S_OK);
    CLSIDFromString(L"{0000033A-0000-0000-C000-000000000046}", &by_pointer); /* CLSID_InProcFreeMarshaler */
    assert_memory_equal(&found, &by_pointer, sizeof(found));
    IMarshal_Release(marshal);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
    assert_false(module_in_use());
}

static void event__outlives_its_generator(void **state)
{
    struct source *source = source_create();
    struct counted object;
    IMFMediaEvent *event;
    PROPVARIANT value;

    (void)state;
    counted_init(&object);
    assert_hr(source_queue_unknown(source, 513, S_FALSE, &object.IUnknown_iface), S_OK);
    assert_hr(IMFMediaEventGenerator_GetEvent(&source->IMFMediaEventGenerator_iface, 0, &event), S_OK);
    source_release(source);
    assert_hr(IMFMediaEvent_GetValue(event, &value), S_OK);
    assert_ptr_equal(value.punkVal, &object.IUnknown_iface);
    PropVariantClear(&value);
    assert_int_equal(IMFMediaEvent_Release(event), 0);
    counted_cleanup(&object);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(event__created_tells_type_and_status),
        cmocka_unit_test(event__null_argument_is_refused),
        cmocka_unit_test(event__query_interface_knows_event_attributes_unknown),
        cmocka_unit_test(event__interface_value_is_referenced_and_given_back),
        cmocka_unit_test(event__no_interface_is_an_empty_value),
        cmocka_unit_test(event__text_and_bytes_are_independent_copies),
        cmocka_unit_test(event__value_of_unknown_type_is_refused),
        cmocka_unit_test(event__attributes_work_and_start_empty),
        cmocka_unit_test(event__attributes_first_used_by_many_threads_keep_all),
        cmocka_unit_test(event__alive_keeps_the_module_in_use),
        cmocka_unit_test(event__is_marshaled_free_threaded),
        cmocka_unit_test(event__outlives_its_generator),
    };

    end_at_first_failure();
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
