/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of COM objects (com_check.h).
 */
#include "shell/com_check.h"

#include <stdio.h>

void com_check_hr(HRESULT hr, HRESULT expected, const char *what, const char *file, int line)
{
    if (hr == expected)
        return;
    print_error("%s: 0x%08lx, expected 0x%08lx\n", what, (unsigned long)hr, (unsigned long)expected);
    _fail(file, line);
}

void com_check_references(IUnknown *object, ULONG expected, const char *file, int line)
{
    ULONG references;

    IUnknown_AddRef(object);
    references = IUnknown_Release(object);
    if (references == expected)
        return;
    print_error("%lu references, expected %lu\n", references, expected);
    _fail(file, line);
}

void com_check_interface(IUnknown *object, REFIID iid, BOOL expected, const char *name, const char *file, int line)
{
    IUnknown *answer = (IUnknown *)(LONG_PTR)1, *identity = NULL, *other = NULL;
    HRESULT hr = IUnknown_QueryInterface(object, iid, (void **)&answer);

    if (hr != (expected ? S_OK : E_NOINTERFACE) || (!expected && answer))
    {
        print_error("%s: 0x%08lx, pointer %p\n", name, (unsigned long)hr, (void *)answer);
        _fail(file, line);
    }
    if (!expected)
        return;
    IUnknown_QueryInterface(object, &IID_IUnknown, (void **)&identity);
    IUnknown_QueryInterface(answer, &IID_IUnknown, (void **)&other);
    if (!identity || identity != other)
    {
        print_error("%s: another identity\n", name);
        _fail(file, line);
    }
    IUnknown_Release(identity);
    IUnknown_Release(other);
    IUnknown_Release(answer);
    hr = IUnknown_QueryInterface(object, iid, NULL);
    if (hr != E_POINTER)
    {
        print_error("%s with a NULL pointer: 0x%08lx\n", name, (unsigned long)hr);
        _fail(file, line);
    }
}

struct crossing
{
    IStream *stream;
    const IID *iid;
    void *found;
    HRESULT hr;
};

/* In an apartment of its own. */
static DWORD WINAPI unmarshal(void *context)
{
    struct crossing *crossing = context;

    CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    crossing->hr = CoGetInterfaceAndReleaseStream(crossing->stream, crossing->iid, &crossing->found);
    CoUninitialize();
    return 0;
}

void com_check_free_threaded(IUnknown *object, REFIID iid, const char *file, int line)
{
    struct crossing crossing = {.iid = iid};
    void *same = NULL;
    HANDLE thread;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    IUnknown_QueryInterface(object, iid, &same);
    crossing.hr = CoMarshalInterThreadInterfaceInStream(iid, object, &crossing.stream);
    if (SUCCEEDED(crossing.hr) && (thread = CreateThread(NULL, 0, unmarshal, &crossing, 0, NULL)))
    {
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    if (FAILED(crossing.hr) || !same || crossing.found != same)
    {
        print_error("to another apartment: 0x%08lx, %p is %p there\n", (unsigned long)crossing.hr, same,
                    crossing.found);
        _fail(file, line);
    }
    IUnknown_Release((IUnknown *)crossing.found);
    IUnknown_Release((IUnknown *)same);
    CoUninitialize();
}
