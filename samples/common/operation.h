/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An asynchronous operation of a licence management object, from its call to its last event. */
#ifndef SAMPLES_OPERATION_H
#define SAMPLES_OPERATION_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

struct operation
{
    IWMDRMLicenseManagement *management;
    MediaEventType completion; /* the event that ends it */
    /* Called for every other event; may be NULL. value is the event's. */
    void (*progress)(void *context, MediaEventType type, HRESULT status, const PROPVARIANT *value);
    void *context;
};

/*
 * Waits for the end of what was started with this cookie (and releases it), cancelled by Ctrl+C. Returns the
 * completion's status, or why events cannot be read. value (may be NULL) gets that of the completion event
 * (PropVariantClear).
 */
HRESULT operation_wait(const struct operation *operation, IUnknown *cookie, PROPVARIANT *value);

#endif
