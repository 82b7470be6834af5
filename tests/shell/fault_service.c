/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The failing service of the shell's tests (fault_service.h).
 */
#include "shell/fault_service.h"

#include "shell/shell_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/contents.h"
#include "engine/crypto/crypto.h"
#include "engine/xml/license_request.h"
#include "shell/platform/dpapi_protector.h"
#include "shell/platform/system_clock.h"

static struct drm_host authority_host;

/* What is asked for. */
enum path
{
    PATH_INDIVIDUALIZE,
    PATH_REVOCATION,
    PATH_LICENSE,
    PATH_RESTORE,
};

static const char *const paths[] = {"/v1/individualize", "/v1/revocation", "/v1/license", "/v1/restore"};

static void discard_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

/* --- answers ---------------------------------------------------------------------------------------------- */

/* The authority's answer to a request, whole. Empty where it refuses. */
static drm_result ask_authority(struct drm_authority *authority, enum drm_request_kind kind, struct drm_span request,
                                struct drm_buffer *out)
{
    struct drm_authority_reply *reply;
    drm_result result = drm_authority_handle(authority, kind, request, &reply);
    uint8_t *place;
    size_t read;

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(drm_buffer_extend(out, (size_t)drm_authority_reply_size(reply), &place)))
        drm_authority_reply_read(reply, 0, place, (size_t)drm_authority_reply_size(reply), &read);
    drm_authority_reply_free(reply);
    return DRM_S_OK;
}

/* The statuses of docs/protocol.md. */
static unsigned int status_of(drm_result result)
{
    switch (result)
    {
    case DRM_S_OK:
        return 200;
    case DRM_E_NO_RIGHTS:
    case DRM_E_MACHINE_REFUSED:
        return 403;
    case DRM_E_UNABLE_TO_ACQUIRE:
        return 404;
    case DRM_E_LICENSE_NOTACQUIRED:
    case DRM_E_RESTORE_FRAUD:
        return 409;
    case DRM_E_CERTIFICATE_REVOKED:
        return 410;
    case DRM_E_NEEDS_INDIVIDUALIZATION:
        return 426;
    default:
        return 400;
    }
}

/* The authority's answer to a restore request; returns the HTTP status. */
static unsigned int ask_for_restore(struct drm_authority *authority, struct drm_span request, struct drm_buffer *out)
{
    drm_result result = drm_authority_restore(authority, request, out);

    return result == DRM_E_UNABLE_TO_ACQUIRE ? 204 : status_of(result);
}

/* The authority's answer to the form of a licence request; returns the HTTP status. */
static unsigned int ask_for_license(struct drm_authority *authority, struct drm_span form, struct drm_buffer *out)
{
    struct drm_buffer challenge = {0};
    bool nonsilent;
    drm_result result = drm_license_form_read(form, &challenge, &nonsilent);

    if (DRM_SUCCEEDED(result))
        result = drm_authority_issue_licenses(authority, drm_buffer_span(&challenge), !nonsilent, NULL, out);
    drm_buffer_free(&challenge);
    return status_of(result);
}

/* A test that is out of memory shows itself by an answer that is too short. */
static void append(struct drm_buffer *out, const void *data, size_t size)
{
    if (DRM_FAILED(drm_buffer_append(out, data, size)))
        drm_buffer_free(out);
}

static size_t head_size(const struct drm_buffer *answer)
{
    return DRM_ANSWER_LENGTH_SIZE + drm_get_u32(answer->data);
}

/* Signed by our authority, for this very request, but of version 2.3. */
static void old_version_answer(struct fault_service *service, struct drm_span request, struct drm_buffer *out)
{
    struct drm_answer *answer = calloc(1, sizeof(*answer));
    struct drm_request_identity identity;
    struct drm_request asked;

    if (answer && DRM_SUCCEEDED(drm_request_read(request, drm_authority_root(service->authorities[0]), &asked,
                                                 &identity)))
    {
        answer->kind = asked.kind;
        memcpy(answer->nonce, asked.nonce, sizeof(answer->nonce));
        memcpy(answer->machine_id, asked.machine_id, sizeof(answer->machine_id));
        answer->time = authority_host.clock.now(authority_host.clock.context);
        answer->version = (struct drm_version){.major = 2, .minor = 3};
        answer->up_to_date = true;
        (void)drm_authority_sign_answer(service->authorities[0], answer, out);
    }
    free(answer);
}

/* The same as build_answer, of a licence response: a text. Returns the HTTP status. */
static unsigned int build_license_answer(struct fault_service *service, enum path path, struct drm_span body,
                                         struct drm_buffer *out)
{
    struct drm_authority *authority = service->authorities[service->fault == FAULT_OTHER_AUTHORITY];
    unsigned int status = 200;

    EnterCriticalSection(&service->lock);
    if (service->fault == FAULT_REPLAY)
        append(out, service->last_response.data, service->last_response.size);
    else
        status = path == PATH_RESTORE ? ask_for_restore(authority, body, out) : ask_for_license(authority, body, out);
    if (service->fault == FAULT_NONE && out->size)
    {
        drm_buffer_free(&service->last_response);
        append(&service->last_response, out->data, out->size);
    }
    if (service->fault == FAULT_ALTERED_HEAD && out->size)
        out->data[out->size / 2] = out->data[out->size / 2] == 'A' ? 'B' : 'A';
    if (service->fault == FAULT_ALTERED_PART && out->size)
        out->data[out->size - 100] = out->data[out->size - 100] == 'A' ? 'B' : 'A';
    if (service->fault == FAULT_TRUNCATED_HEAD)
        out->size /= 2;
    if (service->fault == FAULT_TRUNCATED_PART)
        out->size--;
    if (service->fault == FAULT_TRAILING_BYTE)
        append(out, "x", 1);
    LeaveCriticalSection(&service->lock);
    return status;
}

/* What is sent under this fault, as far as it is a matter of bytes. Returns the HTTP status. */
static unsigned int build_answer(struct fault_service *service, enum path path, struct drm_span request,
                                 struct drm_buffer *out)
{
    const enum drm_request_kind kind =
        path == PATH_REVOCATION ? DRM_REQUEST_REVOCATION : DRM_REQUEST_INDIVIDUALIZE;
    unsigned int status = 200;

    EnterCriticalSection(&service->lock);
    switch (service->fault)
    {
    case FAULT_REPLAY:
        append(out, service->last_answer.data, service->last_answer.size);
        break;
    case FAULT_OTHER_MACHINE:
        append(out, service->other_answer.data, service->other_answer.size);
        break;
    case FAULT_OTHER_AUTHORITY:
        /* The other authority would refuse an identity of ours; an answer of its own to anybody shows its root. */
        append(out, service->other_answer.data, service->other_answer.size);
        break;
    case FAULT_OLD_VERSION:
        old_version_answer(service, request, out);
        break;
    default:
        status = status_of(ask_authority(service->authorities[0], kind, request, out));
        break;
    }
    if (service->fault == FAULT_NONE && out->size)
    {
        drm_buffer_free(&service->last_answer);
        append(&service->last_answer, out->data, out->size);
    }
    if (service->fault == FAULT_ALTERED_HEAD && out->size)
        out->data[head_size(out) - 200] ^= 1;
    if (service->fault == FAULT_ALTERED_PART && out->size)
        out->data[out->size - 1] ^= 1;
    if (service->fault == FAULT_TRUNCATED_HEAD)
        out->size = head_size(out) / 2;
    if (service->fault == FAULT_TRUNCATED_PART)
        out->size--;
    if (service->fault == FAULT_TRAILING_BYTE)
        append(out, "", 1);
    LeaveCriticalSection(&service->lock);
    return status;
}

/* --- sending ---------------------------------------------------------------------------------------------- */

static bool send_head(struct http_connection *connection, unsigned long long length)
{
    char head[160];

    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.wmdrmsdk\r\n"
                                 "Content-Length: %llu\r\nConnection: close\r\n\r\n",
             length);
    return http_send_text(connection, head);
}

static void send_answer(struct fault_service *service, struct http_connection *connection, struct drm_span answer)
{
    size_t half = answer.size / 2;

    switch (service->fault)
    {
    case FAULT_DRIP:
        if (send_head(connection, answer.size))
            for (size_t i = 0; i < half && http_send(connection, answer.data + i, 1); i++)
                if (!http_pause(connection, 1000))
                    return;
        return;
    case FAULT_CUT:
        if (send_head(connection, answer.size) && http_send(connection, answer.data, half))
            http_reset(connection);
        return;
    case FAULT_LONG_LENGTH:
        if (send_head(connection, answer.size + 100))
            http_send(connection, answer.data, answer.size);
        return;
    case FAULT_COMPONENT_GATE:
        if (send_head(connection, answer.size) && http_send(connection, answer.data, half))
        {
            HANDLE events[] = {service->gate, service->server.stopping};

            if (WaitForMultipleObjects(2, events, FALSE, INFINITE) == WAIT_OBJECT_0)
                http_send(connection, answer.data + half, answer.size - half);
        }
        return;
    default:
        if (send_head(connection, answer.size))
            http_send(connection, answer.data, answer.size);
    }
}

static void send_endless(struct http_connection *connection)
{
    static const char piece[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    static const uint8_t zeros[65536];

    if (http_send_text(connection, piece))
        while (http_send(connection, zeros, sizeof(zeros)))
            ;
}

static void send_status(struct http_connection *connection, unsigned int status)
{
    char head[160];

    if (status == 204)
    {
        http_send_text(connection, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"); /* it has no body */
        return;
    }
    snprintf(head, sizeof(head), "HTTP/1.1 %u No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", status);
    http_send_text(connection, head);
}

static enum path path_of(const char *request)
{
    size_t path = ARRAYSIZE(paths);

    while (--path > 0)
    {
        size_t length = strlen(paths[path]);

        if (!strncmp(request, "POST ", 5) && !strncmp(request + 5, paths[path], length) && request[5 + length] == ' ')
            break;
    }
    return (enum path)path;
}

static void behave(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    struct fault_service *service = CONTAINING_RECORD(server, struct fault_service, server);
    struct drm_buffer request = {0}, answer = {0};
    unsigned int status;
    const char *body;
    enum path path;

    EnterCriticalSection(&server->lock);
    path = path_of(server->request);
    body = strstr(server->request, "\r\n\r\n");
    if (body)
        append(&request, body + 4, server->request_size - (size_t)(body + 4 - server->request));
    LeaveCriticalSection(&server->lock);

    switch (service->fault)
    {
    case FAULT_SILENCE:
        http_hang(connection);
        break;
    case FAULT_HTML:
        http_send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 44\r\n\r\n"
                                   "<html><body>Please log in first</body></html>");
        break;
    case FAULT_EMPTY:
        send_head(connection, 0);
        break;
    case FAULT_GIGABYTES:
        if (send_head(connection, 5000000000ULL))
            http_hang(connection);
        break;
    case FAULT_ENDLESS:
        send_endless(connection);
        break;
    case FAULT_REDIRECT_LOOP:
        http_send_text(connection, "HTTP/1.1 302 Found\r\nLocation: ");
        http_send_text(connection, paths[path]);
        http_send_text(connection, "\r\nContent-Length: 0\r\n\r\n");
        break;
    case FAULT_REDIRECT_NOWHERE:
        http_send_text(connection, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
        break;
    case FAULT_STATUS:
        send_status(connection, service->status);
        break;
    case FAULT_GATE:
    {
        HANDLE events[] = {service->gate, server->stopping};

        if (WaitForMultipleObjects(2, events, FALSE, INFINITE) != WAIT_OBJECT_0)
            break;
    }
        /* fall through */
    default:
        if (path == PATH_LICENSE || path == PATH_RESTORE)
            status = build_license_answer(service, path, drm_buffer_span(&request), &answer);
        else
            status = build_answer(service, path, drm_buffer_span(&request), &answer);
        if (answer.size)
            send_answer(service, connection, drm_buffer_span(&answer));
        else
            send_status(connection, status);
    }
    drm_buffer_free(&request);
    drm_buffer_free(&answer);
}

/* --- life ------------------------------------------------------------------------------------------------- */

/* An answer to a machine that nobody knows, of this authority. */
static void make_stranger_answer(struct drm_authority *authority, struct drm_buffer *out)
{
    struct drm_request request = {.kind = DRM_REQUEST_INDIVIDUALIZE};
    uint8_t seed[DRM_SIGN_SEED_SIZE], private_key[DRM_X25519_SIZE];
    struct drm_buffer encoded = {0};

    drm_random(seed, sizeof(seed));
    drm_random(private_key, sizeof(private_key));
    drm_random(request.nonce, sizeof(request.nonce));
    drm_random(request.machine_id, sizeof(request.machine_id));
    assert_int_equal(drm_sign_public(seed, request.sign_key), DRM_S_OK);
    assert_int_equal(drm_x25519_public(private_key, request.encrypt_key), DRM_S_OK);
    assert_int_equal(drm_request_write(&request, seed, NULL, &encoded), DRM_S_OK);
    drm_buffer_free(out);
    assert_int_equal(ask_authority(authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&encoded), out), DRM_S_OK);
    drm_buffer_free(&encoded);
}

void fault_service_set(struct fault_service *service, enum fault fault)
{
    EnterCriticalSection(&service->lock);
    service->fault = fault;
    ResetEvent(service->gate);
    if (fault == FAULT_OTHER_MACHINE || fault == FAULT_OTHER_AUTHORITY)
        make_stranger_answer(service->authorities[fault == FAULT_OTHER_AUTHORITY], &service->other_answer);
    LeaveCriticalSection(&service->lock);
}

void fault_service_open_gate(struct fault_service *service)
{
    SetEvent(service->gate);
}

void fault_service_publish(struct fault_service *service, struct drm_version version, size_t size)
{
    char path[MAX_PATH];
    FILE *file;

    snprintf(path, sizeof(path), "%s\\component.tmp", service->directories[0]);
    file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        fputc((int)(i * 2654435761u >> 13) & 0xff, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(drm_authority_publish(service->authorities[0], version, path, "component"), DRM_S_OK);
    remove(path);
}

void fault_service_start(struct fault_service *service)
{
    WCHAR wide[128];
    char temp[MAX_PATH];

    memset(service, 0, sizeof(*service));
    InitializeCriticalSection(&service->lock);
    service->gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    dpapi_protector_init(&authority_host.protector);
    system_clock_init(&authority_host.clock);
    authority_host.log.write = discard_line;
    assert_int_equal(drm_crypto_init(), DRM_S_OK);

    GetTempPathA(sizeof(temp), temp);
    for (size_t i = 0; i < 2; i++)
    {
        struct drm_authority_options options = {
            .directory = service->directories[i], .name = "test service", .host = &authority_host};

        snprintf(service->directories[i], sizeof(service->directories[i]), "%swmdrm-authority-%lu-%u-%lu", temp,
                 GetCurrentProcessId(), (unsigned int)i, (unsigned long)GetTickCount());
        assert_true(CreateDirectoryA(service->directories[i], NULL));
        assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &service->authorities[i]),
                         DRM_S_OK);
    }
    for (size_t i = 0; i < DRM_SIGN_PUBLIC_SIZE; i++)
        snprintf(service->anchor + 2 * i, 3, "%02x", drm_authority_root(service->authorities[0])[i]);
    http_server_start(&service->server, "127.0.0.1", behave, NULL);

    swprintf(wide, ARRAYSIZE(wide), L"%hs", service->server.url);
    shell_configure(L"WMDRM_SERVICE_URL", wide);
    swprintf(wide, ARRAYSIZE(wide), L"%hs", service->anchor);
    shell_configure(L"WMDRM_TRUST_ANCHOR", wide);
    shell_configure(L"WMDRM_TIMEOUT", L"60");
}

void fault_service_stop(struct fault_service *service)
{
    http_server_stop(&service->server);
    for (size_t i = 0; i < 2; i++)
    {
        WCHAR wide[MAX_PATH];

        drm_authority_close(service->authorities[i]);
        swprintf(wide, ARRAYSIZE(wide), L"%hs", service->directories[i]);
        shell_remove_directory(wide);
    }
    drm_buffer_free(&service->last_answer);
    drm_buffer_free(&service->last_response);
    drm_buffer_free(&service->other_answer);
    CloseHandle(service->gate);
    DeleteCriticalSection(&service->lock);
}
