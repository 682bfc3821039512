/* The message bus to the host.
 *
 * The host counts messages that wait in the control page (credits) and gives one for each read of the receive port.
 * They are taken off the bus only while a thread waits for one, so what nobody waits for stays with the host.
 *
 * A pull response carries the header of the pull it answers, with the number of bytes that came. It wakes the thread
 * which that header names as its source, if that thread pulls, and nobody else. Every other message goes to the
 * mailbox. There recv finds it, in order of arrival: a message that names a thread is for that one, any other for
 * whoever asks first. In Era M a message is also for one process, and processes send each other messages of type IPC. */
#include "kernel.h"
#include "message.h"
#include "process.h"
#include "thread.h"

/* Beside what the host sends there is room for one message about the end of each process. */
static struct nanvix_message mailbox[MAILBOX_SLOTS + (NANVIX_ERA_M ? MAILBOX_END_SLOTS : 0)];
static uint32_t mailbox_count;
static struct link receivers, pullers;

void bus_init(void)
{
    list_init(&receivers);
    list_init(&pullers);
}

static void send_message(const struct nanvix_message *message)
{
    const struct nanvix_envelope envelope = {sizeof(*message), NANVIX_ENVELOPE_MESSAGE, (uint32_t)message};

    host_send(&envelope);
}

/* True if a message is for a thread: by name, or because it names no thread that could still take it. */
static int is_for(const struct nanvix_message *message, const struct thread *thread)
{
    const int32_t tid = message_thread(message);
    const struct thread *named;

    if (!message_is_for_process(message, thread))
        return 0;
    if (tid == thread->tid || tid <= 0)
        return 1;
    named = thread_find(tid);
    return named == NULL || named->state == THREAD_ENDED || process_of(named) != process_of(thread);
}

/* Wakes the first receiver that a message is for. */
static void wake_receiver(const struct nanvix_message *message)
{
    for (struct link *link = receivers.next; link != &receivers; link = link->next) {
        struct thread *thread = ELEMENT(link, struct thread, queue);

        if (is_for(message, thread)) {
            scheduler_wake(thread);
            return;
        }
    }
}

/* Ends the pull that a pull response answers. */
static void finish_pull(const struct nanvix_message *message)
{
    struct nanvix_data_chunk pull;

    memcpy(&pull, message->payload, sizeof(pull));
    for (struct link *link = pullers.next; link != &pullers; link = link->next) {
        struct thread *thread = ELEMENT(link, struct thread, queue);

        if (thread->tid == pull.source_tid) {
            thread->pulled = message->status == 0 ? (int64_t)pull.length : -(int64_t)message->status;
            scheduler_wake(thread);
            return;
        }
    }
}

#if NANVIX_ERA_M

/* What comes for a process that has ended goes nowhere. */
static int has_receiver(const struct nanvix_message *message)
{
    return process_find(message->destination_pid) != NULL;
}

/* Puts a message of a process or of the kernel into the mailbox. */
static void deliver(const struct nanvix_message *message)
{
    mailbox[mailbox_count++] = *message;
    wake_receiver(message);
}

/* A message of the running process to another, or to itself. Some slots are left to the host, whose answers must have room. */
static int send_to_process(struct nanvix_message *message)
{
    if (process_find(message->destination_pid) == NULL)
        return -NANVIX_ESRCH;
    if (mailbox_count >= MAILBOX_IPC_SLOTS)
        return -NANVIX_EAGAIN;
    message_sign(message, current->tid);
    deliver(message);
    return 0;
}

/* Throws away what waits for a process. */
void bus_forget(int32_t pid)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < mailbox_count; i++) {
        if (mailbox[i].destination_pid != pid)
            mailbox[kept++] = mailbox[i];
    }
    mailbox_count = kept;
}

/* Tells process 1 that another has ended. */
void bus_tell_end(int32_t pid, int32_t status)
{
    struct nanvix_message message = {
        .type = NANVIX_MESSAGE_PROCESS_TERMINATION,
        .source_pid = pid,
        .destination_pid = NANVIX_PROCESS_PROGRAM,
    };
    const int32_t words[] = {pid, status};

    memcpy(message.payload, words, sizeof(words));
    deliver(&message);
}

#else

static int has_receiver(const struct nanvix_message *message)
{
    (void)message;
    return 1;
}

#endif

static void receive_one(void)
{
    struct nanvix_message *message = &mailbox[mailbox_count];
    const struct nanvix_envelope envelope = {sizeof(*message), NANVIX_ENVELOPE_MESSAGE, (uint32_t)message};

    host_receive(&envelope);
    if (message->type == NANVIX_MESSAGE_PULL_RESPONSE) {
        finish_pull(message);
    } else if (has_receiver(message)) {
        mailbox_count++;
        wake_receiver(message);
    }
}

/* Takes messages off the bus for the threads that wait. Called where messages may have come. */
void bus_poll(void)
{
    while ((!list_empty(&receivers) || !list_empty(&pullers)) && mailbox_count < MAILBOX_SLOTS && host_credits() > 0)
        receive_one();
}

int64_t kcall_send(uint32_t user_message)
{
    struct nanvix_message message;
    int error = user_read(&message, user_message, sizeof(message));

    if (error != 0)
        return error;
#if NANVIX_ERA_M
    if (message.type == NANVIX_MESSAGE_IPC)
        return send_to_process(&message);
#endif
    if (message.type != NANVIX_MESSAGE_HOST)
        return -NANVIX_EINVAL;
    message_sign(&message, current->tid);
    send_message(&message);
    return 0;
}

/* The first message of the mailbox for the running thread, or NULL. */
static struct nanvix_message *find_message(void)
{
    for (uint32_t i = 0; i < mailbox_count; i++) {
        if (is_for(&mailbox[i], current))
            return &mailbox[i];
    }
    return NULL;
}

int64_t kcall_recv(uint32_t user_message)
{
    struct nanvix_message *message;
    int error = user_writable(user_message, sizeof(*message));

    if (error != 0)
        return error;
    while ((message = find_message()) == NULL) {
        if (host_credits() > 0 && mailbox_count < MAILBOX_SLOTS)
            receive_one();
        else
            error = scheduler_wait(&receivers, NEVER);
        if (error != 0)
            return error;
    }
    error = user_write(user_message, message, sizeof(*message));
    if (error != 0)
        return error;
    mailbox_count--;
    memmove(message, message + 1, (size_t)((char *)&mailbox[mailbox_count] - (char *)message));
    return 0;
}

/* Blocks the running thread until the host has answered its pull: the answer is in `pulled` then. */
void bus_await_pull(void)
{
    scheduler_block(&pullers, NEVER);
}
