/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streaming to a network device over loopback: netstream's way, from plain bytes at one end to plain bytes at the
 * other, beside a plain loop of send and receive with blocks of the same size.
 *   bench_stream [rounds]
 */
#include "netstream/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/licensed_content.h"
#include "bench/measure.h"
#include "common/cancel.h"

enum
{
    BYTES = 64 * 1024 * 1024, /* of a measurement */
    ROUNDS = 25,
    PATIENCE_MS = 30000,
};

#define TARGET 0.8

static const DWORD block_sizes[] = {64 * 1024, CONTENT_BLOCK_SIZE};

/* One end in the program's first thread, which sends; the other in a second one, which receives. */
struct ends
{
    struct licensed_content content;
    struct connection sender, receiver; /* netstream's */
    SOCKET plain_sender, plain_receiver;
    struct frame sent, received;
    BYTE *plain_received;
    DWORD block_size;
};

/* --- connections -------------------------------------------------------------------------------------------- */

static void connect_ends(struct connection *sender, struct connection *receiver)
{
    SOCKET listener;
    WORD port = 0;

    sender->patience = receiver->patience = PATIENCE_MS;
    measure_check(connection_listen(&port, &listener), "listen");
    measure_check(connection_open(receiver, L"127.0.0.1", port), "connect");
    measure_check(connection_accept(listener, sender), "accept");
    closesocket(listener);
}

static SOCKET make_blocking(SOCKET socket)
{
    u_long no = 0;

    measure_check(ioctlsocket(socket, FIONBIO, &no) ? E_FAIL : S_OK, "ioctlsocket");
    return socket;
}

static void open_ends(struct ends *ends)
{
    struct connection sender, receiver;

    connect_ends(&ends->sender, &ends->receiver);
    connect_ends(&sender, &receiver);
    ends->plain_sender = make_blocking(sender.socket);
    ends->plain_receiver = make_blocking(receiver.socket);
    measure_check(frame_create(&ends->sent), "memory");
    measure_check(frame_create(&ends->received), "memory");
    measure_check((ends->plain_received = malloc(CONTENT_BLOCK_SIZE)) ? S_OK : E_OUTOFMEMORY, "memory");
}

/* --- two ways ----------------------------------------------------------------------------------------------- */

static DWORD WINAPI receive_content(void *context)
{
    struct ends *ends = context;
    BYTE *data;
    DWORD size;

    for (ULONGLONG done = 0; done < BYTES; done += size)
    {
        measure_check(content_receive(&ends->receiver, &ends->received, ends->content.decryptor, done, &data, &size),
                      "content_receive");
        measure_check(size == ends->block_size ? S_OK : E_FAIL, "all of a block");
    }
    return 0;
}

static void send_content(struct ends *ends)
{
    for (ULONGLONG done = 0; done < BYTES; done += ends->block_size)
        measure_check(content_send(&ends->sender, &ends->sent, ends->content.encryptor, done, ends->block_size),
                      "content_send");
}

static DWORD WINAPI receive_plain(void *context)
{
    struct ends *ends = context;
    int size;

    for (ULONGLONG done = 0; done < BYTES; done += (ULONGLONG)size)
    {
        size = recv(ends->plain_receiver, (char *)ends->plain_received, (int)ends->block_size, 0);
        measure_check(size > 0 ? S_OK : E_FAIL, "recv");
    }
    return 0;
}

static void send_plain(struct ends *ends)
{
    const char *data = (const char *)content_block(&ends->sent);

    for (ULONGLONG done = 0; done < BYTES; done += ends->block_size)
    {
        for (DWORD sent = 0; sent < ends->block_size;)
        {
            int size = send(ends->plain_sender, data + sent, (int)(ends->block_size - sent), 0);

            measure_check(size > 0 ? S_OK : E_FAIL, "send");
            sent += (DWORD)size;
        }
    }
}

/* --- measuring ---------------------------------------------------------------------------------------------- */

/* Megabytes (10^6) a second, from the first byte sent to the last received. */
static double measure(struct ends *ends, void (*sending)(struct ends *), LPTHREAD_START_ROUTINE receiving)
{
    const double start = measure_now_us();
    HANDLE thread = CreateThread(NULL, 0, receiving, ends, 0, NULL);

    measure_check(thread ? S_OK : E_FAIL, "thread");
    sending(ends);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return BYTES / (measure_now_us() - start);
}

/* What is measured is what netstream is for: other bytes on the way, and the same ones at its end. */
static void check_ways(struct ends *ends)
{
    enum { SIZE = 4096 };
    BYTE plain[SIZE], *data;
    DWORD size;

    for (int i = 0; i < SIZE; i++)
        plain[i] = content_block(&ends->sent)[i] = (BYTE)(i * 7 + i / 256);
    measure_check(content_send(&ends->sender, &ends->sent, ends->content.encryptor, SIZE, SIZE), "content_send");
    measure_check(memcmp(content_block(&ends->sent), plain, SIZE) ? S_OK : E_FAIL, "encrypted");
    measure_check(content_receive(&ends->receiver, &ends->received, ends->content.decryptor, SIZE, &data, &size),
                  "content_receive");
    measure_check(size == SIZE && !memcmp(data, plain, SIZE) ? S_OK : E_FAIL, "the same bytes");
}

/* Of one block size; the median of the rounds' ratios, since a machine's speed changes more than what is compared. */
static double compare(struct ends *ends, DWORD block_size, unsigned int rounds)
{
    static struct series ours, plain, ratios;

    ours.count = plain.count = ratios.count = 0;
    ends->block_size = block_size;
    for (unsigned int round = 0; round < rounds; round++) /* in turn, so that both see the same machine */
    {
        const double peer = measure(ends, send_plain, receive_plain);
        const double own = measure(ends, send_content, receive_content);

        series_add(&plain, peer);
        series_add(&ours, own);
        series_add(&ratios, own / peer);
    }
    printf("blocks of %lu KiB: netstream %.0f MB/s, send and receive %.0f MB/s, ratio %.2f (half of them %.2f to "
           "%.2f)\n", block_size / 1024, series_median(&ours), series_median(&plain), series_median(&ratios),
           series_quantile(&ratios, 0.25), series_quantile(&ratios, 0.75));
    return series_median(&ratios);
}

int main(int count, char **arguments)
{
    const unsigned int rounds = count > 1 ? (unsigned int)strtoul(arguments[1], NULL, 10) : ROUNDS;
    static const BYTE key[16] = "a content's key";
    static struct ends ends;
    double ratio = 0;
    WSADATA data;

    cancel_install();
    measure_check(WSAStartup(MAKEWORD(2, 2), &data) ? E_FAIL : S_OK, "WSAStartup");
    licensed_content_open(key, &ends.content);
    open_ends(&ends);
    check_ways(&ends);
    for (size_t i = 0; i < ARRAYSIZE(block_sizes); i++)
        ratio = compare(&ends, block_sizes[i], rounds);
    printf("netstream's own block size, the last: %s (target %.1f)\n", ratio < TARGET ? "missed" : "met", TARGET);
    licensed_content_close(&ends.content);
    return ratio < TARGET;
}
