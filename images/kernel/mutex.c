/* Mutexes. They live in the kernel, keyed by a process and an address in it that is never read: a record exists while a mutex
 * is locked. Unlocking hands it to the thread that has waited longest. What a thread holds when it ends is unlocked. */
#include "kernel.h"
#include "process.h"
#include "thread.h"

struct mutex {
    uint32_t address;
    struct thread *owner;
    struct link bucket;  /* others of the same bucket, or the free records */
    struct link held;    /* others of the same owner */
    struct link waiters; /* threads, by their queue link */
};

static struct mutex mutexes[MUTEXES_MAX];
static uint32_t used;
static struct link free_mutexes;
static struct link buckets[ADDRESS_BUCKETS];

uint32_t address_bucket(uint32_t address)
{
    return (address >> 2 ^ address >> 10) % ADDRESS_BUCKETS;
}

void mutex_init(void)
{
    list_init(&free_mutexes);
    for (uint32_t i = 0; i < ADDRESS_BUCKETS; i++)
        list_init(&buckets[i]);
}

static struct mutex *find(uint32_t address)
{
    struct link *bucket = &buckets[address_bucket(address)];

    for (struct link *link = bucket->next; link != bucket; link = link->next) {
        struct mutex *mutex = ELEMENT(link, struct mutex, bucket);

        if (mutex->address == address && process_has(mutex->owner))
            return mutex;
    }
    return NULL;
}

/* There are as many records as all threads together may hold. */
static struct mutex *new_record(void)
{
    struct mutex *mutex;

    if (list_empty(&free_mutexes))
        return &mutexes[used++];
    mutex = ELEMENT(free_mutexes.next, struct mutex, bucket);
    list_remove(&mutex->bucket);
    return mutex;
}

static void set_owner(struct mutex *mutex, struct thread *thread)
{
    mutex->owner = thread;
    thread->held_count++;
    list_append(&thread->held, &mutex->held);
}

static void create(uint32_t address, struct thread *owner)
{
    struct mutex *mutex = new_record();

    mutex->address = address;
    list_init(&mutex->waiters);
    list_append(&buckets[address_bucket(address)], &mutex->bucket);
    set_owner(mutex, owner);
}

static void release(struct mutex *mutex)
{
    mutex->owner->held_count--;
    list_remove(&mutex->held);
    if (list_empty(&mutex->waiters)) {
        list_remove(&mutex->bucket);
        list_append(&free_mutexes, &mutex->bucket);
    } else {
        struct thread *next = ELEMENT(mutex->waiters.next, struct thread, queue);

        set_owner(mutex, next);
        scheduler_wake(next);
    }
}

static void release_all(struct thread *thread)
{
    while (!list_empty(&thread->held))
        release(ELEMENT(thread->held.next, struct mutex, held));
}

void mutex_release_all(void)
{
    release_all(current);
}

#if NANVIX_ERA_M
void mutex_release_all_of(struct thread *thread)
{
    release_all(thread);
}
#endif

/* Locks for the running thread. Returns 0 or -ETIMEDOUT. */
int mutex_acquire(uint32_t address, uint64_t deadline)
{
    struct mutex *mutex = find(address);

    if (mutex == NULL) {
        create(address, current);
        return 0;
    }
    if (deadline != NEVER && deadline <= clock_now())
        return -NANVIX_ETIMEDOUT;
    return scheduler_block(&mutex->waiters, deadline);
}

/* Unlocks what the running thread holds. Returns 0 or -EPERM. */
int mutex_release(uint32_t address)
{
    struct mutex *mutex = find(address);

    if (mutex == NULL || mutex->owner != current)
        return -NANVIX_EPERM;
    release(mutex);
    return 0;
}

/* Gives a mutex to a blocked thread and wakes it, or lets it wait its turn without a deadline. No signal ends that. */
void mutex_give_or_queue(struct thread *thread, uint32_t address)
{
    struct mutex *mutex = find(address);

    thread->interruptible = 0;
    if (mutex == NULL) {
        create(address, thread);
        scheduler_wake(thread);
    } else {
        list_remove(&thread->timer);
        list_remove(&thread->queue);
        list_append(&mutex->waiters, &thread->queue);
    }
}

int64_t kcall_mutex_lock(uint32_t address, uint32_t seconds, uint32_t nanoseconds)
{
    uint64_t deadline;
    struct mutex *mutex;
    int error = user_readable(address, sizeof(uint32_t));

    if (error == 0)
        error = clock_deadline(seconds, nanoseconds, &deadline);
    if (error != 0)
        return error;
    /* A thread that holds it already waits for itself: until its deadline, and without one not at all. */
    mutex = find(address);
    if (mutex != NULL && mutex->owner == current && deadline == NEVER)
        return -NANVIX_EDEADLK;
    if (current->held_count == NANVIX_LIMIT_HELD_MUTEXES)
        return -NANVIX_EAGAIN;
    return mutex_acquire(address, deadline);
}

int64_t kcall_mutex_unlock(uint32_t address)
{
    int error = user_readable(address, sizeof(uint32_t));

    return error != 0 ? error : mutex_release(address);
}
