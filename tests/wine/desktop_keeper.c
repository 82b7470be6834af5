/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps Wine's desktop. Wine's desktop belongs to a process, explorer.exe, which the first program with a window
 * starts, whose standard error it inherits, and which lives on while any other program has a window: whoever reads
 * the first program's output to its end waits for all of them. Started where nobody's streams are, this program asks
 * for the desktop first and holds it until Wine's server ends.
 *
 * It returns when the desktop is there, leaving a process that does the holding. That one declares itself a part of the
 * system, which is private to Wine: the server does not wait for it, and tells it when to end.
 */
#include <windows.h>
#include <winternl.h>

#define READY_EVENT L"wmdrm_desktop_keeper_ready"
#define PROCESS_WINE_MAKE_PROCESS_SYSTEM 1000

typedef NTSTATUS (WINAPI *set_information_process_fn)(HANDLE, ULONG, void *, ULONG);

static int hold(void)
{
    set_information_process_fn set_information_process
        = (set_information_process_fn)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
        "NtSetInformationProcess");
    HANDLE ready = OpenEventW(EVENT_MODIFY_STATE, FALSE, READY_EVENT), end = NULL;

    if (!ready || !set_information_process || !GetDesktopWindow())
        return 1;
    if (set_information_process(GetCurrentProcess(), PROCESS_WINE_MAKE_PROCESS_SYSTEM, &end, sizeof(HANDLE *)) < 0)
        return 1;
    SetEvent(ready);
    WaitForSingleObject(end, INFINITE);
    return 0;
}

static int start_holder(void)
{
    WCHAR program[MAX_PATH], command[] = L"desktop_keeper hold";
    HANDLE ready = CreateEventW(NULL, TRUE, FALSE, READY_EVENT), either[2];
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION holder;

    if (!ready || !GetModuleFileNameW(NULL, program, MAX_PATH)
        || !CreateProcessW(program, command, NULL, NULL, FALSE, DETACHED_PROCESS, NULL, NULL, &startup, &holder))
        return 1;
    either[0] = ready;
    either[1] = holder.hProcess;
    return WaitForMultipleObjects(2, either, FALSE, 60000) == WAIT_OBJECT_0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 ? hold() : start_holder();
}
