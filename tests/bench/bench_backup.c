/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing up and restoring many licences, beside copying the bytes of the store's database twice (docs/benchmarks.md).
 *
 *     bench_backup FOLDER [licences [of a response [rounds]]]
 *
 * FOLDER has to exist and be empty; a store, an authority and a backup are made in it, and left. Copying, backing up
 * and restoring take turns for so many rounds; restoring on another machine is measured once. Ends with 1 where backing
 * up or restoring takes longer than the copies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include "bench/measure.h"
#include "engine/authority/issuing.h"
#include "engine/base/path.h"
#include "engine/client/licenses.h"
#include "engine/crypto/crypto.h"
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

/* Random, as key ids are: the store's index over them gets its entries everywhere. */
static void make_key_id(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    uint8_t hash[DRM_SHA256_SIZE], text[4];

    drm_put_u32(text, number);
    drm_sha256(text, sizeof(text), hash);
    memcpy(out, hash, DRM_KEY_ID_SIZE);
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
        make_key_id(first + i, license->key_id);
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

/* As safe as what it is compared with: on the disk when it ends. */
static int flush_to_disk(FILE *file)
{
    if (fflush(file))
        return -1;
#ifdef _WIN32
    return _commit(_fileno(file));
#else
    return fsync(fileno(file));
#endif
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
    measure_check(flush_to_disk(out), "flushing");
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
    if (++asked % 128 == 0 && (kib = private_kib()) > most_kib)
        most_kib = kib;
    return false;
}

static void ignore_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
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

/* What the rounds of one kind of operation came to. */
struct rounds
{
    const char *what;
    struct series times, cpu;
    long most_kib;
};

enum
{
    ROUND_COPY,
    ROUND_COPY_OVER,
    ROUND_BACKUP,
    ROUND_RESTORE_KNOWN,
    ROUND_RESTORE_LOST,
    ROUND_RESTORE_ELSEWHERE,
    ROUND_KINDS
};

static struct rounds rounds[ROUND_KINDS] = {
    [ROUND_COPY] = {.what = "copying the store twice"},
    [ROUND_COPY_OVER] = {.what = "the same over those copies"},
    [ROUND_BACKUP] = {.what = "backing up"},
    [ROUND_RESTORE_KNOWN] = {.what = "restoring what is there"},
    [ROUND_RESTORE_LOST] = {.what = "restoring what was lost"},
    [ROUND_RESTORE_ELSEWHERE] = {.what = "restoring on another machine"},
};

static void end(unsigned int kind, struct measurement began)
{
    struct rounds *kept = &rounds[kind];

    series_add(&kept->times, measure_now_us() - began.begin);
    series_add(&kept->cpu, measure_cpu_us() - began.cpu);
    if (most_kib - began.kib > kept->most_kib)
        kept->most_kib = most_kib - began.kib;
}

/* Medians. False where it took longer than the copies. */
static bool report(unsigned int kind, uint32_t count, unsigned long long bytes)
{
    struct rounds *kept = &rounds[kind];
    const double time = series_median(&kept->times), peer = series_median(&rounds[ROUND_COPY].times);

    printf("%-30s %6.2f s, %5.2f of the copies  (processor %5.2f s)  %6.2f us a licence  %6.1f MB/s of the store"
           "  memory +%.1f MiB\n",
           kept->what, time / 1e6, time / peer, series_median(&kept->cpu) / 1e6, time / count, (double)bytes / time,
           (double)kept->most_kib / 1024);
    fflush(stdout);
    return time <= peer;
}

/* --- the operations ------------------------------------------------------------------------------------------- */

static const struct drm_backup_task task = {
    .task = {.cancelled = look_at_memory, .progress = ignore_progress}, .report = ignore};

static void back_up(void)
{
    const struct measurement began = start();

    measure_check(drm_client_backup(client, folder, true, &task), "the backup");
    end(ROUND_BACKUP, began);
}

static void restore(unsigned int kind)
{
    const struct measurement began = start();

    measure_check(drm_client_restore(client, folder, false, &task), "the restore");
    end(kind, began);
}

static unsigned long long copy_twice(unsigned int kind)
{
    const struct measurement began = start();
    const unsigned long long bytes = copy("store.db", "copy1");

    copy("copy1", "copy2");
    end(kind, began);
    return bytes;
}

/* The peer makes new files, as what it is compared with does. Over files of a moment ago it is faster where memory that
 * the system had back costs more than copying does: a virtual machine's. */
static unsigned long long make_copies(void)
{
    const unsigned long long bytes = copy_twice(ROUND_COPY);

    copy_twice(ROUND_COPY_OVER);
    remove(path_of("copy1"));
    remove(path_of("copy2"));
    return bytes;
}

/* The store as it was before it had any licence: the same machine, all of them lost. */
static void lose_licenses(void)
{
    drm_client_free(client);
    client = NULL;
    copy("empty.db", "store.db");
    reopen();
}

static void become_another_machine(void)
{
    drm_client_free(client);
    client = NULL;
    remove(path_of("store.db"));
    reopen();
    measure_check(drm_client_individualize(client, false, &plain_task), "individualizing");
}

static void make_store(uint32_t count, uint32_t of_response)
{
    plain_host_init(&host);
    reopen();
    measure_check(drm_client_individualize(client, false, &plain_task), "individualizing");
    reopen(); /* the log is in the database now */
    copy("store.db", "empty.db");
    add_licenses(count, of_response);
    reopen();
}

static unsigned long argument(int count, char **arguments, int index, unsigned long otherwise)
{
    return count > index ? strtoul(arguments[index], NULL, 10) : otherwise;
}

int main(int argument_count, char **arguments)
{
    const uint32_t count = (uint32_t)argument(argument_count, arguments, 2, 100000);
    const uint32_t of_response = (uint32_t)argument(argument_count, arguments, 3, 10000);
    const unsigned long repeat = argument(argument_count, arguments, 4, 5);
    unsigned long long bytes = 0;
    bool missed = false;

    if (argument_count < 2 || !count || !of_response || of_response > DRM_RESPONSE_MAX_LICENSES || !repeat)
    {
        fprintf(stderr, "usage: bench_backup FOLDER [licences [of a response [rounds]]]\n");
        return 2;
    }
    folder = arguments[1];
    make_store(count, of_response);
    for (unsigned long i = 0; i < repeat; i++)
    {
        bytes = make_copies();
        back_up();
        restore(ROUND_RESTORE_KNOWN);
        lose_licenses();
        restore(ROUND_RESTORE_LOST);
    }
    become_another_machine();
    restore(ROUND_RESTORE_ELSEWHERE);
    drm_client_free(client);

    printf("%lu licences, %lu in a response, a store of %.1f MB\n", (unsigned long)count, (unsigned long)of_response,
           (double)bytes / 1e6);
    for (unsigned int kind = 0; kind < ROUND_KINDS; kind++)
        missed |= !report(kind, count, bytes) && kind != ROUND_COPY_OVER && kind != ROUND_RESTORE_ELSEWHERE;
    return missed;
}
