/*
 * epoll: a set of open files that is asked, as often as one likes, which of them are ready.
 *
 * A file in the set is known by its number and its serial: a closed one drops out, also when another has its number. A set may
 * hold other sets, which hold none.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "calls.h"
#include "files.h"
#include "kinds.h"
#include "limits.h"
#include "lock.h"
#include "pages.h"
#include "pointers.h"
#include "readiness.h"
#include "signals.h"
#include "wait.h"

struct interest {
    int descriptor;
    uint32_t serial;
    uint32_t events;
    /* With EPOLLONESHOT: told once, and silent until it is set again. */
    bool silent;
    /* With EPOLLET: what was told last, and after how many changes in the layer. */
    bool told;
    uint32_t told_events;
    int told_mark;
    epoll_data_t data;
};

struct set {
    uint32_t count;
    /* Where the next look begins, so that none is passed over for ever. */
    uint32_t next;
    struct interest interests[NVX_DESCRIPTORS];
};

enum {
    SET_BYTES = (sizeof(struct set) + NANVIX_PAGE_SIZE - 1) / NANVIX_PAGE_SIZE * NANVIX_PAGE_SIZE,
    READINESS = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDNORM | EPOLLRDBAND | EPOLLWRNORM | EPOLLWRBAND | EPOLLMSG | EPOLLERR |
                EPOLLHUP,
};

static long refuse_read(struct nvx_file *file, void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EINVAL;
}

static long refuse_write(struct nvx_file *file, const void *buffer, size_t bytes)
{
    (void)file, (void)buffer, (void)bytes;
    return -EINVAL;
}

static void close_set(struct nvx_file *file)
{
    uint32_t start = (uint32_t)(uintptr_t)file->object;

    (void)nvx_pages_discard(start, start + SET_BYTES);
}

static void remove_at(struct set *set, uint32_t i)
{
    set->interests[i] = set->interests[--set->count];
}

/* The file of an interest, or null if it was closed. */
static struct nvx_file *file_of(const struct interest *interest)
{
    struct nvx_file *file = nvx_file_get(interest->descriptor);

    return file != NULL && file->serial == interest->serial ? file : NULL;
}

/* What an interest has to tell now. */
static uint32_t tells(const struct interest *interest)
{
    uint32_t now = (uint16_t)nvx_ready(file_of(interest), (short)(interest->events & READINESS));

    if (interest->silent)
        return 0;
    if ((interest->events & EPOLLET) && interest->told && interest->told_mark == nvx_wait_mark() &&
        (now & ~interest->told_events) == 0)
        return 0;
    return now;
}

static void drop_closed(struct set *set)
{
    for (uint32_t i = 0; i < set->count;)
        if (file_of(&set->interests[i]) == NULL)
            remove_at(set, i);
        else
            i++;
}

static short set_ready(const struct nvx_file *file)
{
    struct set *set = file->object;

    drop_closed(set);
    for (uint32_t i = 0; i < set->count; i++)
        if (tells(&set->interests[i]) != 0)
            return POLLIN;
    return 0;
}

static const struct nvx_kind set_kind = {
    .name = "epoll",
    .mode = 0600,
    .read = refuse_read,
    .write = refuse_write,
    .ready = set_ready,
    .close = close_set,
};

long nvx_call_epoll_create1(int flags)
{
    long result;
    uint32_t set;

    if ((flags & ~EPOLL_CLOEXEC) != 0)
        return -EINVAL;
    set = nvx_pages_allocate(SET_BYTES, NVX_READ_WRITE, &result);
    if (set == 0)
        return result;
    result = nvx_file_open(&set_kind, O_RDWR | flags, (void *)set);
    if (result < 0)
        (void)nvx_pages_discard(set, set + SET_BYTES);
    return result;
}

long nvx_call_epoll_create(int size)
{
    return size <= 0 ? -EINVAL : nvx_call_epoll_create1(0);
}

static long set_of(int descriptor, struct set **set)
{
    struct nvx_file *file = nvx_file_get(descriptor);

    if (file == NULL)
        return -EBADF;
    if (file->kind != &set_kind)
        return -EINVAL;
    *set = file->object;
    return 0;
}

/* A set that is put into another may hold none itself. */
static bool holds_sets(const struct set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct nvx_file *file = file_of(&set->interests[i]);

        if (file != NULL && file->kind == &set_kind)
            return true;
    }
    return false;
}

static long add(struct set *set, struct nvx_file *file, const struct interest *interest)
{
    if (file->node != NULL)
        return -EPERM;
    if (file->kind == &set_kind && (file->object == set || holds_sets(file->object)))
        return file->object == set ? -EINVAL : -ELOOP;
    if (set->count == NVX_DESCRIPTORS)
        return -ENOSPC;
    set->interests[set->count++] = *interest;
    nvx_wait_wake();
    return 0;
}

long nvx_call_epoll_ctl(int descriptor, int operation, int target, const struct epoll_event *event)
{
    struct nvx_file *file = nvx_file_get(target);
    struct interest interest;
    struct interest *known = NULL;
    struct set *set;
    long result = set_of(descriptor, &set);

    if (result < 0)
        return result;
    if (file == NULL)
        return -EBADF;
    if (operation != EPOLL_CTL_DEL && !nvx_readable(event, sizeof(*event)))
        return -EFAULT;
    drop_closed(set);
    for (uint32_t i = 0; i < set->count; i++)
        if (set->interests[i].descriptor == target)
            known = &set->interests[i];
    if (operation != EPOLL_CTL_DEL)
        interest = (struct interest){
            .descriptor = target, .serial = file->serial, .events = event->events, .data = event->data};
    switch (operation) {
    case EPOLL_CTL_ADD:
        return known != NULL ? -EEXIST : add(set, file, &interest);
    case EPOLL_CTL_MOD:
        if (known == NULL)
            return -ENOENT;
        *known = interest;
        nvx_wait_wake();
        return 0;
    case EPOLL_CTL_DEL:
        if (known == NULL)
            return -ENOENT;
        remove_at(set, (uint32_t)(known - set->interests));
        return 0;
    default:
        return -EINVAL;
    }
}

struct question {
    int descriptor;
    struct epoll_event *events;
    uint32_t most;
};

/* Tells what is ready, from where the last look ended. */
static long look(void *what)
{
    const struct question *question = what;
    struct set *set;
    uint32_t told = 0;
    long result = set_of(question->descriptor, &set);

    if (result < 0)
        return result;
    drop_closed(set);
    for (uint32_t i = 0; i < set->count && told < question->most; i++) {
        struct interest *interest = &set->interests[(set->next + i) % set->count];
        uint32_t now = tells(interest);

        if (now == 0)
            continue;
        question->events[told++] = (struct epoll_event){now, interest->data};
        interest->silent = (interest->events & EPOLLONESHOT) != 0;
        interest->told = true;
        interest->told_events = now;
        interest->told_mark = nvx_wait_mark();
        if (told == question->most)
            set->next = (set->next + i + 1) % set->count;
    }
    return (long)told;
}

long nvx_call_epoll_wait(int descriptor, struct epoll_event *events, int most, int milliseconds)
{
    struct question question = {descriptor, events, (uint32_t)most};

    if (most <= 0)
        return -EINVAL;
    if (!nvx_writable(events, (size_t)most * sizeof(*events)))
        return -EFAULT;
    return nvx_wait_until_ready(look, &question, nvx_patience_of(milliseconds));
}

long nvx_call_epoll_pwait(int descriptor, struct epoll_event *events, int most, int milliseconds, const uint64_t *mask)
{
    uint64_t before = nvx_signals_begin_mask(mask);
    long result = nvx_call_epoll_wait(descriptor, events, most, milliseconds);

    nvx_signals_end_mask(mask, before);
    return result;
}
