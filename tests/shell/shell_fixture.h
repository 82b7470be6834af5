/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of the DLL start from: a store folder of their own, a provider, a security object, and its events.
 */
#ifndef WMDRM_TESTS_SHELL_FIXTURE_H
#define WMDRM_TESTS_SHELL_FIXTURE_H

#include <stdbool.h>

#include "shell/com_check.h"

#include <oleauto.h>
#include <mfapi.h>
#include <mferror.h>
#include <mfobjects.h>
#include <nserror.h>
#include <wmdrmsdk.h>

#define SHELL_MAX_EVENTS 256

/* One event of the security object, taken apart. */
struct shell_event
{
    MediaEventType type;
    HRESULT status;
    bool has_state;                   /* it brought an IWMDRMIndividualizationStatus */
    WM_INDIVIDUALIZE_STATUS state;
    char url[256];                    /* of state, which points nowhere any more */
};

struct shell_fixture
{
    WCHAR directory[MAX_PATH];        /* the store; empty at first */
    IWMDRMProvider *provider;
    IWMDRMSecurity *security;
};

/* cmocka's set-up and tear-down: state is a struct shell_fixture. The embedded authority is configured. Tear-down
 * also checks that no reference of the fixture's objects is left. */
int shell_fixture_set_up(void **state);
int shell_fixture_tear_down(void **state);

/* A setting of the environment; NULL removes it. Objects that are made later see it. */
void shell_configure(const WCHAR *name, const WCHAR *value);

/* Drops provider and security object and makes new ones, which see the configuration of now. */
void shell_fixture_renew(struct shell_fixture *fixture);

/* Makes a security object. */
IWMDRMSecurity *shell_create_security(IWMDRMProvider *provider);

/* Waits for the next event. */
void shell_next_event(IWMDRMSecurity *security, struct shell_event *event);

/* What one PerformSecurityUpdate brought, up to and including an event of this type. */
struct shell_events
{
    size_t count;
    struct shell_event items[SHELL_MAX_EVENTS];
};
void shell_collect(IWMDRMSecurity *security, MediaEventType last, struct shell_events *events);

/* PerformSecurityUpdate that is accepted, its cookie released, its events collected up to the completion event.
 * Returns that one's status. */
HRESULT shell_update(IWMDRMSecurity *security, DWORD flags, MediaEventType last, struct shell_events *events);

/* The events of an individualization keep the contract: BEGIN first, states in order, bytes never falling, exactly
 * one last state, then 508 alone; hr a success code before the last state. Returns the last state. */
DRM_INDIVIDUALIZATION_STATUS shell_check_individualization(const struct shell_events *events);

/* GetSecurityVersion is this text. */
#define check_version(security, expected) shell_check_version((security), (expected), __FILE__, __LINE__)
void shell_check_version(IWMDRMSecurity *security, const WCHAR *expected, const char *file, int line);

/* Deletes a folder and what is in it. */
void shell_remove_directory(const WCHAR *directory);

#endif
