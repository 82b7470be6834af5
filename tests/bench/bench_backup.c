/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing up and restoring many licences, beside copying the bytes of the store's database twice (docs/benchmarks.md).
 *
 *     bench_backup FOLDER [licences [of a response]]
 *
 * FOLDER has to exist and be empty; a store, an authority and a backup are made in it, and left.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#include "bench/measure.h"
#include "engine/authority/issuing.h"
#include "engine/base/path.h"
#include "engine/client/licenses.h"
#include "support/plain_host.h"

#define RIGHTS "Play(count=5, until=2030-01-01); Copy; priority=3; Backup"

static struct plain_host host;
static struct drm_client *client;
static const char *folder;

/* --- many licences -------------------------------------------------------------------------------------------- */

static void read_machine(struct drm_certificate *out)
{
    struct drm_buffer encoded = {0};
    struct drm_chain chain;

    measure_check(drm_client_get_machine_chain(client, &encoded, NULL), "the machine's certificate");
    measure_check(drm_chain_read(drm_buffer_span(&encoded), &chain), "its chain");
    *out = chain.certificates[0];
    drm_buffer_free(&encoded);
}

static void add_response(struct drm_authority *authority, const struct drm_certificate *machine, uint32_t first,
                         uint32_t count)
{
    uint8_t nonce[DRM_NONCE_SIZE] = {1}, content_key[DRM_CONTENT_KEY_SIZE] = {2};
    struct drm_license *license = calloc(1, sizeof(*license));
    struct drm_buffer text = {0};
    struct drm_issuing *issuing;

    measure_check(license ? 0 : -1, "memory");
    measure_check(drm_issuing_begin(authority, machine, nonce, &issuing), "a response");
    for (uint32_t i = 0; i < count; i++)
    {
        memset(license, 0, sizeof(*license));
        measure_check(drm_rights_text_read(RIGHTS, license, NULL), "rights");
        drm_put_u32(license->key_id, first + i + 1);
        measure_check(drm_issuing_add(issuing, license, NULL, content_key, NULL), "a licence");
    }
    drm_authority_lock(authority);
    measure_check(drm_database_begin(authority->database), "a transaction");
    measure_check(drm_issuing_record_locked(issuing), "the record");
    measure_check(drm_database_commit(authority->database), "the commit");
    drm_authority_unlock(authority);
    measure_check(drm_issuing_finish(issuing, &text), "the response");
    measure_check(drm_client_store_response(client, drm_buffer_span(&text)), "storing it");
    drm_issuing_free(issuing);
    drm_buffer_free(&text);
    free(license);
}

static void add_licenses(uint32_t count, uint32_t of_response)
{
    struct drm_certificate machine;
    struct drm_authority *authority;

    read_machine(&machine);
    measure_check(drm_client_administer(client, &authority), "the authority");
    for (uint32_t done = 0; done < count; done += of_response)
        add_response(authority, &machine, done, count - done < of_response ? count - done : of_response);
    drm_authority_close(authority);
}

/* --- the peer ------------------------------------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
    static char path[2][1024];
    static unsigned int next;

    next = !next;
    snprintf(path[next], sizeof(path[0]), "%s/%s", folder, name);
    return path[next];
}

static unsigned long long copy(const char *from, const char *to)
{
    FILE *in = fopen(path_of(from), "rb"), *out = fopen(path_of(to), "wb");
    static char block[1 << 20];
    unsigned long long total = 0;
    size_t size;

    measure_check(in && out ? 0 : -1, "copying");
    while ((size = fread(block, 1, sizeof(block), in)))
    {
        measure_check(fwrite(block, 1, size, out) == size ? 0 : -1, "copying");
        total += size;
    }
    fflush(out);
#ifndef _WIN32
    (void)fsync(fileno(out));
#endif
    fclose(out);
    fclose(in);
    return total;
}

/* --- measuring ------------------------------------------------------------------------------------------------ */

/* Memory of the process alone, in KiB: the mapped database is none of it. 0 where that is not known. */
static long private_kib(void)
{
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

static long most_kib;

/* An operation asks at every piece of its work. */
static bool look_at_memory(void *context)
{
    static unsigned int asked;
    long kib;

    (void)context;
    if (++asked % 16 == 0 && (kib = private_kib()) > most_kib)
        most_kib = kib;
    return false;
}

static void ignore(void *context, enum drm_backup_status status, const char *text)
{
    (void)context;
    (void)status;
    (void)text;
}

static void reopen(void)
{
    const struct drm_client_options options = {.directory = folder, .host = &host.host};

    drm_client_free(client);
    measure_check(drm_client_create(&options, &client), "a client");
}

static void execute(const char *sql)
{
    sqlite3 *database;

    measure_check(sqlite3_open(path_of("store.db"), &database), "SQLite");
    measure_check(sqlite3_exec(database, sql, NULL, NULL, NULL), "SQL");
    sqlite3_close(database);
}

/* One operation, as it began. */
struct measurement
{
    double begin, cpu;
    long kib;
};

static struct measurement start(void)
{
    const struct measurement measurement = {
        .begin = measure_now_us(), .cpu = measure_cpu_us(), .kib = private_kib()};

    most_kib = measurement.kib;
    return measurement;
}

static void report(const char *what, struct measurement began, uint32_t count, unsigned long long bytes)
{
    const double time = measure_now_us() - began.begin, cpu = measure_cpu_us() - began.cpu;

    printf("%-30s %7.2f s (processor %6.2f)  %6.2f us a licence  %6.1f MB/s of the store  memory +%.1f MiB\n", what,
           time / 1e6, cpu / 1e6, time / count, (double)bytes / time, (double)(most_kib - began.kib) / 1024);
    fflush(stdout);
}

static void back_up(const struct drm_backup_task *task)
{
    measure_check(drm_client_backup(client, folder, true, task), "the backup");
}

static void restore(const struct drm_backup_task *task)
{
    measure_check(drm_client_restore(client, folder, false, task), "the restore");
}

int main(int argument_count, char **arguments)
{
    const uint32_t count = argument_count > 2 ? (uint32_t)strtoul(arguments[2], NULL, 10) : 100000;
    const uint32_t of_response = argument_count > 3 ? (uint32_t)strtoul(arguments[3], NULL, 10) : 10000;
    const struct drm_backup_task task = {
        .task = {.cancelled = look_at_memory, .progress = plain_task.progress}, .report = ignore};
    struct measurement began;
    unsigned long long bytes;

    if (argument_count < 2 || !count || !of_response || of_response > DRM_RESPONSE_MAX_LICENSES)
    {
        fprintf(stderr, "usage: bench_backup FOLDER [licences [of a response]]\n");
        return 2;
    }
    folder = arguments[1];
    plain_host_init(&host);
    reopen();
    measure_check(drm_client_individualize(client, false, &plain_task), "individualizing");
    began = start();
    add_licenses(count, of_response);
    printf("%lu licences, %lu in a response\n", (unsigned long)count, (unsigned long)of_response);
    report("issuing and storing them", began, count, 0);
    reopen(); /* the log is in the database now */

    began = start();
    bytes = copy("store.db", "copy1");
    copy("copy1", "copy2");
    report("copying the store twice", began, count, bytes);
    began = start();
    back_up(&task);
    report("backing up", began, count, bytes);
    began = start();
    restore(&task);
    report("restoring what is there", began, count, bytes);
    reopen();
    execute("DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
    reopen();
    began = start();
    restore(&task);
    report("restoring what was lost", began, count, bytes);
    drm_client_free(client);
    client = NULL;
    remove(path_of("store.db"));
    reopen();
    measure_check(drm_client_individualize(client, false, &plain_task), "individualizing");
    began = start();
    restore(&task);
    report("restoring on another machine", began, count, bytes);
    drm_client_free(client);
    return 0;
}
