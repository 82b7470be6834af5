/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Windows program that the tests of run-windows.sh run: says what it sees, and does what it is told. Text goes
 * out as UTF-8. Ends with 0, or with 100 and a message when something failed.
 */
#include <windows.h>
#include <wincrypt.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <sqlite3.h>

static int failed(const char *what)
{
    fprintf(stderr, "probe: %s failed, error %lu\n", what, GetLastError());
    return 100;
}

static void say(const WCHAR *text)
{
    char utf8[4096];

    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL);
    printf("%s\n", utf8);
}

static int say_folder(void)
{
    WCHAR folder[MAX_PATH];

    if (!GetCurrentDirectoryW(MAX_PATH, folder))
        return failed("GetCurrentDirectory");
    say(folder);
    return 0;
}

static int say_user(void)
{
    WCHAR user[256];
    DWORD length = 256;

    if (!GetUserNameW(user, &length))
        return failed("GetUserName");
    say(user);
    return 0;
}

static int say_variable(const WCHAR *name)
{
    WCHAR value[4096];

    if (!GetEnvironmentVariableW(name, value, 4096))
        return failed("GetEnvironmentVariable");
    say(value);
    return 0;
}

/* Byte by byte what comes in goes out. */
static int copy_input(void)
{
    char buffer[4096];
    int count;

    while ((count = _read(0, buffer, sizeof(buffer))) > 0)
        if (_write(1, buffer, (unsigned int)count) != count)
            return failed("write");
    return count ? failed("read") : 0;
}

/* Says that it waits, and waits until a line comes in: the test may do something meanwhile. */
static int wait_for_file(const WCHAR *path)
{
    char line[16];

    printf("waiting\n");
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        return failed("fgets");
    return GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES ? failed("GetFileAttributes") : 0;
}

/* The same with a window, which needs Wine's desktop. */
static int wait_with_window(void)
{
    char line[16];
    HWND window = CreateWindowW(L"STATIC", L"probe", WS_OVERLAPPEDWINDOW, 0, 0, 10, 10, NULL, NULL, NULL, NULL);

    if (!window)
        return failed("CreateWindow");
    printf("waiting\n");
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        return failed("fgets");
    return DestroyWindow(window) ? 0 : failed("DestroyWindow");
}

static int wait_for_ever(void)
{
    printf("waiting\n");
    fflush(stdout);
    Sleep(INFINITE);
    return 0;
}

static int seal(const WCHAR *path)
{
    DATA_BLOB plain = { 6, (BYTE *)"secret" }, sealed;
    FILE *file = _wfopen(path, L"wb");

    if (!file || !CryptProtectData(&plain, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &sealed))
        return failed("CryptProtectData");
    fwrite(sealed.pbData, 1, sealed.cbData, file);
    return fclose(file) ? failed("fclose") : 0;
}

static int unseal(const WCHAR *path)
{
    BYTE bytes[4096];
    DATA_BLOB sealed = { 0, bytes }, plain;
    FILE *file = _wfopen(path, L"rb");

    if (!file)
        return failed("fopen");
    sealed.cbData = (DWORD)fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    if (!CryptUnprotectData(&sealed, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &plain))
        return failed("CryptUnprotectData");
    return plain.cbData == 6 && !memcmp(plain.pbData, "secret", 6) ? 0 : failed("comparison");
}

/* Adds one to a counter in a database, so many times, each in a transaction of its own, and says where it stood
 * last. */
static int count_up(const WCHAR *path, int times)
{
    sqlite3 *database;
    sqlite3_stmt *read;
    char utf8[MAX_PATH * 4];
    int i;

    WideCharToMultiByte(CP_UTF8, 0, path, -1, utf8, sizeof(utf8), NULL, NULL);
    if (sqlite3_open(utf8, &database) || sqlite3_busy_timeout(database, 60000)
        || sqlite3_exec(database, "PRAGMA journal_mode=WAL; CREATE TABLE IF NOT EXISTS c(n INTEGER);"
        "INSERT INTO c SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM c);", NULL, NULL, NULL))
        goto failure;
    for (i = 0; i < times; i++)
        if (sqlite3_exec(database, "BEGIN IMMEDIATE; UPDATE c SET n = n + 1; COMMIT;", NULL, NULL, NULL))
            goto failure;
    if (sqlite3_prepare_v2(database, "SELECT n FROM c", -1, &read, NULL) || sqlite3_step(read) != SQLITE_ROW)
        goto failure;
    printf("%d\n", sqlite3_column_int(read, 0));
    sqlite3_finalize(read);
    sqlite3_close(database);
    return 0;

failure:
    fprintf(stderr, "probe: %s\n", sqlite3_errmsg(database));
    return 100;
}

static int has(const WCHAR *verb, const WCHAR *wanted, int argc, int arguments)
{
    return !wcscmp(verb, wanted) && argc == arguments + 2;
}

int wmain(int argc, WCHAR **argv);

int wmain(int argc, WCHAR **argv)
{
    const WCHAR *verb = argc > 1 ? argv[1] : L"";
    int i;

    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    _setmode(2, _O_BINARY);
    if (!wcscmp(verb, L"arguments"))
    {
        for (i = 2; i < argc; i++)
            say(argv[i]);
        return 0;
    }
    if (has(verb, L"bits", argc, 0))
    {
        printf("%d\n", (int)sizeof(void *) * 8);
        return 0;
    }
    if (has(verb, L"exit", argc, 1))
        ExitProcess(wcstoul(argv[2], NULL, 0));
    if (has(verb, L"terminate", argc, 1))
        TerminateProcess(GetCurrentProcess(), wcstoul(argv[2], NULL, 0));
    if (has(verb, L"crash", argc, 0))
        RaiseException(EXCEPTION_ACCESS_VIOLATION, 0, 0, NULL);
    if (has(verb, L"folder", argc, 0))
        return say_folder();
    if (has(verb, L"user", argc, 0))
        return say_user();
    if (has(verb, L"variable", argc, 1))
        return say_variable(argv[2]);
    if (has(verb, L"copy", argc, 0))
        return copy_input();
    if (has(verb, L"wait-for-file", argc, 1))
        return wait_for_file(argv[2]);
    if (has(verb, L"wait-with-window", argc, 0))
        return wait_with_window();
    if (has(verb, L"wait", argc, 0))
        return wait_for_ever();
    if (has(verb, L"seal", argc, 1))
        return seal(argv[2]);
    if (has(verb, L"unseal", argc, 1))
        return unseal(argv[2]);
    if (has(verb, L"count", argc, 2))
        return count_up(argv[2], _wtoi(argv[3]));
    fprintf(stderr, "probe: no such verb\n");
    return 100;
}
