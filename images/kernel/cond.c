/* Conditions, keyed by a process and an address in it that is never read. Only waiting threads are remembered, in the order
 * of arrival. A thread that is signalled gets its mutex back before it runs, or waits its turn for it. */
#include "kernel.h"
#include "process.h"
#include "thread.h"

static struct link buckets[ADDRESS_BUCKETS];

void cond_init(void)
{
    for (uint32_t i = 0; i < ADDRESS_BUCKETS; i++)
        list_init(&buckets[i]);
}

int64_t kcall_cond_signal(uint32_t address, uint32_t broadcast)
{
    struct link *bucket = &buckets[address_bucket(address)];
    int error = user_readable(address, sizeof(uint32_t));
    int64_t woken = 0;

    if (error != 0)
        return error;
    for (struct link *link = bucket->next, *next; link != bucket; link = next) {
        struct thread *thread = ELEMENT(link, struct thread, queue);

        next = link->next;
        if (thread->wait_condition != address || !process_has(thread))
            continue;
        thread->wake_cause = WOKEN;
        mutex_give_or_queue(thread, thread->wait_mutex);
        woken++;
        if (broadcast == 0)
            break;
    }
    return woken;
}

int64_t kcall_cond_wait(uint32_t address, uint32_t mutex, uint32_t seconds, uint32_t nanoseconds)
{
    uint64_t deadline;
    int error = user_readable(address, sizeof(uint32_t));

    if (error == 0)
        error = user_readable(mutex, sizeof(uint32_t));
    if (error == 0)
        error = clock_deadline(seconds, nanoseconds, &deadline);
    if (error == 0)
        error = mutex_release(mutex);
    if (error != 0)
        return error;
    current->wait_condition = address;
    current->wait_mutex = mutex;
    error = scheduler_wait(&buckets[address_bucket(address)], deadline);
    if (error != 0)
        mutex_acquire(mutex, NEVER);
    return error;
}
