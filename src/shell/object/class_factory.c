/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DLL as a COM server: it has one class, WMDRMContentEnablerActivate.
 */
#include <stdlib.h>
#include <windows.h>
#include <mfobjects.h>

#include "shell/com/module.h"
#include "shell/dll/exports.h"
#include "shell/object/content_enabler_activate.h"
#include "shell/platform/trace.h"

struct class_factory
{
    IClassFactory IClassFactory_iface;
    const CLSID *clsid;
    HRESULT (*create)(REFIID iid, void **out);
};

static struct class_factory *class_factory_from_IClassFactory(IClassFactory *iface)
{
    return CONTAINING_RECORD(iface, struct class_factory, IClassFactory_iface);
}

static HRESULT STDMETHODCALLTYPE class_factory_QueryInterface(IClassFactory *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *out = iface;
    IClassFactory_AddRef(iface);
    return S_OK;
}

/* Static: it has no life of its own. */
static ULONG STDMETHODCALLTYPE class_factory_AddRef(IClassFactory *iface)
{
    (void)iface;
    return 2;
}

static ULONG STDMETHODCALLTYPE class_factory_Release(IClassFactory *iface)
{
    (void)iface;
    return 1;
}

static HRESULT STDMETHODCALLTYPE class_factory_CreateInstance(IClassFactory *iface, IUnknown *outer, REFIID iid,
                                                              void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (outer)
        return CLASS_E_NOAGGREGATION;
    return class_factory_from_IClassFactory(iface)->create(iid, out);
}

static HRESULT STDMETHODCALLTYPE class_factory_LockServer(IClassFactory *iface, BOOL lock)
{
    (void)iface;
    if (lock)
        module_add_object();
    else
        module_remove_object();
    return S_OK;
}

static const IClassFactoryVtbl class_factory_vtbl =
{
    class_factory_QueryInterface,
    class_factory_AddRef,
    class_factory_Release,
    class_factory_CreateInstance,
    class_factory_LockServer,
};

static struct class_factory class_table[] = {
    {{&class_factory_vtbl}, &CLSID_WMDRMContentEnablerActivate, content_enabler_activate_create},
};

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!clsid || !iid)
        return E_INVALIDARG;
    for (size_t i = 0; i < ARRAYSIZE(class_table); i++)
        if (IsEqualCLSID(clsid, class_table[i].clsid))
            return IClassFactory_QueryInterface(&class_table[i].IClassFactory_iface, iid, out);
    return CLASS_E_CLASSNOTAVAILABLE;
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    return module_in_use() ? S_FALSE : S_OK;
}

/* --- registration ----------------------------------------------------------------------------------------- */

#define CLASS_KEY L"Software\\Classes\\CLSID\\{82435bdf-f7c1-4df9-8103-eeabebf3d6e1}"

static LONG set_text(const WCHAR *key, const WCHAR *name, const WCHAR *text)
{
    HKEY handle;
    LONG error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, key, 0, NULL, 0, KEY_SET_VALUE, NULL, &handle, NULL);

    if (error)
        return error;
    error = RegSetValueExW(handle, name, 0, REG_SZ, (const BYTE *)text, (DWORD)((wcslen(text) + 1) * sizeof(*text)));
    RegCloseKey(handle);
    return error;
}

/* The DLL's own path, on the heap, however long it is. */
static HRESULT module_path(WCHAR **out)
{
    DWORD size = MAX_PATH, length;
    HMODULE module;
    WCHAR *path;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (const WCHAR *)(const void *)class_table, &module))
        return SELFREG_E_CLASS;
    for (;; size *= 2)
    {
        if (!(path = malloc(size * sizeof(*path))))
            return E_OUTOFMEMORY;
        length = GetModuleFileNameW(module, path, size);
        if (length && length < size) /* what is cut off fills the buffer */
        {
            *out = path;
            return S_OK;
        }
        free(path);
        if (!length)
            return SELFREG_E_CLASS;
    }
}

static LONG register_class(const WCHAR *path)
{
    LONG error;

    if ((error = set_text(CLASS_KEY, NULL, L"WMDRM content enabler activation"))
        || (error = set_text(CLASS_KEY L"\\InprocServer32", NULL, path)))
        return error;
    return set_text(CLASS_KEY L"\\InprocServer32", L"ThreadingModel", L"Both");
}

HRESULT WINAPI DllRegisterServer(void)
{
    WCHAR *path;
    LONG error;
    HRESULT hr;

    if (SUCCEEDED(hr = module_path(&path)))
    {
        error = register_class(path);
        hr = HRESULT_FROM_WIN32(error);
        free(path);
    }
    return FAILED(hr) ? trace_failure("DllRegisterServer", hr) : S_OK;
}

HRESULT WINAPI DllUnregisterServer(void)
{
    static const WCHAR *const keys[] = {CLASS_KEY L"\\InprocServer32", CLASS_KEY};

    for (size_t i = 0; i < ARRAYSIZE(keys); i++)
    {
        LONG error = RegDeleteKeyW(HKEY_LOCAL_MACHINE, keys[i]);

        if (error && error != ERROR_FILE_NOT_FOUND)
            return trace_failure("DllUnregisterServer", HRESULT_FROM_WIN32(error));
    }
    return S_OK;
}
