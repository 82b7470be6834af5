/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conveyors (base/conveyor.h), with POSIX's locks or Windows'. */
#include "engine/base/conveyor.h"

#include <stdlib.h>

#ifdef _WIN32
/* Declared here, since the engine takes no header of Windows. Both structures are a pointer that is NULL at first
 * (winnt.h: RTL_SRWLOCK, RTL_CONDITION_VARIABLE). */
typedef struct
{
    void *pointer;
} system_lock, system_condition;
__declspec(dllimport) void __stdcall AcquireSRWLockExclusive(system_lock *lock);
__declspec(dllimport) void __stdcall ReleaseSRWLockExclusive(system_lock *lock);
__declspec(dllimport) int __stdcall SleepConditionVariableSRW(system_condition *condition, system_lock *lock,
                                                              unsigned long milliseconds, unsigned long flags);
__declspec(dllimport) void __stdcall WakeConditionVariable(system_condition *condition);
#define FOR_EVER 0xffffffffu
#else
#include <pthread.h>
typedef pthread_mutex_t system_lock;
typedef pthread_cond_t system_condition;
#endif

struct drm_conveyor
{
    size_t places;
    system_lock lock;                   /* guards what follows */
    system_condition emptied, filled;   /* a place was, or there will be none; one thread waits for each */
    size_t given, taken;                /* so far; the places between are full */
    bool ended, stopped;
};

#ifdef _WIN32

static bool init_lock(struct drm_conveyor *conveyor)
{
    (void)conveyor; /* all zeros is what the system wants */
    return true;
}

static void destroy_lock(struct drm_conveyor *conveyor)
{
    (void)conveyor;
}

static void lock(struct drm_conveyor *conveyor)
{
    AcquireSRWLockExclusive(&conveyor->lock);
}

static void unlock(struct drm_conveyor *conveyor)
{
    ReleaseSRWLockExclusive(&conveyor->lock);
}

static void wait_for(struct drm_conveyor *conveyor, system_condition *condition)
{
    (void)SleepConditionVariableSRW(condition, &conveyor->lock, FOR_EVER, 0);
}

static void wake(system_condition *condition)
{
    WakeConditionVariable(condition);
}

#else

static bool init_lock(struct drm_conveyor *conveyor)
{
    if (pthread_mutex_init(&conveyor->lock, NULL))
        return false;
    if (!pthread_cond_init(&conveyor->emptied, NULL))
    {
        if (!pthread_cond_init(&conveyor->filled, NULL))
            return true;
        (void)pthread_cond_destroy(&conveyor->emptied);
    }
    (void)pthread_mutex_destroy(&conveyor->lock);
    return false;
}

static void destroy_lock(struct drm_conveyor *conveyor)
{
    (void)pthread_cond_destroy(&conveyor->filled);
    (void)pthread_cond_destroy(&conveyor->emptied);
    (void)pthread_mutex_destroy(&conveyor->lock);
}

static void lock(struct drm_conveyor *conveyor)
{
    (void)pthread_mutex_lock(&conveyor->lock);
}

static void unlock(struct drm_conveyor *conveyor)
{
    (void)pthread_mutex_unlock(&conveyor->lock);
}

static void wait_for(struct drm_conveyor *conveyor, system_condition *condition)
{
    (void)pthread_cond_wait(condition, &conveyor->lock);
}

static void wake(system_condition *condition)
{
    (void)pthread_cond_signal(condition);
}

#endif

struct drm_conveyor *drm_conveyor_create(size_t places)
{
    struct drm_conveyor *conveyor = calloc(1, sizeof(*conveyor));

    if (!conveyor || !init_lock(conveyor))
    {
        free(conveyor);
        return NULL;
    }
    conveyor->places = places;
    return conveyor;
}

void drm_conveyor_free(struct drm_conveyor *conveyor)
{
    if (!conveyor)
        return;
    destroy_lock(conveyor);
    free(conveyor);
}

bool drm_conveyor_claim(struct drm_conveyor *conveyor, size_t *place)
{
    bool goes_on;

    lock(conveyor);
    while (!conveyor->stopped && conveyor->given - conveyor->taken == conveyor->places)
        wait_for(conveyor, &conveyor->emptied);
    goes_on = !conveyor->stopped;
    *place = conveyor->given % conveyor->places;
    unlock(conveyor);
    return goes_on;
}

void drm_conveyor_give(struct drm_conveyor *conveyor)
{
    lock(conveyor);
    conveyor->given++;
    wake(&conveyor->filled);
    unlock(conveyor);
}

void drm_conveyor_end(struct drm_conveyor *conveyor)
{
    lock(conveyor);
    conveyor->ended = true;
    wake(&conveyor->filled);
    unlock(conveyor);
}

bool drm_conveyor_take(struct drm_conveyor *conveyor, size_t *place)
{
    bool is_full;

    lock(conveyor);
    while (!conveyor->ended && conveyor->given == conveyor->taken)
        wait_for(conveyor, &conveyor->filled);
    is_full = conveyor->given != conveyor->taken;
    *place = conveyor->taken % conveyor->places;
    unlock(conveyor);
    return is_full;
}

void drm_conveyor_return(struct drm_conveyor *conveyor)
{
    lock(conveyor);
    conveyor->taken++;
    wake(&conveyor->emptied);
    unlock(conveyor);
}

void drm_conveyor_stop(struct drm_conveyor *conveyor)
{
    lock(conveyor);
    conveyor->stopped = true;
    wake(&conveyor->emptied);
    unlock(conveyor);
}
