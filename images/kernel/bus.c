/* The message bus to the host.
 *
 * The host counts messages that wait in the control page (credits) and gives one for each read of the receive port.
 * They are taken off the bus only while a thread waits for one, so what nobody waits for stays with the host. A pull
 * response belongs to the thread that pulls; every other message goes to the mailbox. There recv finds it, in
 * order of arrival: a message whose destination is -tid is for that thread, any other for whoever asks first. */
#include "kernel.h"
#include "thread.h"

static struct nanvix_message mailbox[MAILBOX_SLOTS];
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

static void send_chunk(const struct nanvix_data_chunk *chunk)
{
    const struct nanvix_envelope envelope = {sizeof(*chunk), NANVIX_ENVELOPE_DATA_CHUNK, (uint32_t)chunk};

    host_send(&envelope);
}

/* True if a message is for a thread: by name, or because it names no thread that could still take it. */
static int is_for(const struct nanvix_message *message, const struct thread *thread)
{
    const struct thread *named;

    if (message->destination == -thread->tid)
        return 1;
    if (message->destination >= 0 || message->destination == INT32_MIN)
        return 1;
    named = thread_find(-message->destination);
    return named == NULL || named->state == THREAD_ENDED;
}

/* The first thread of a queue that a message is for, or NULL. */
static struct thread *addressee(const struct nanvix_message *message, struct link *queue)
{
    for (struct link *link = queue->next; link != queue; link = link->next) {
        struct thread *thread = ELEMENT(link, struct thread, queue);

        if (is_for(message, thread))
            return thread;
    }
    return NULL;
}

static void receive_one(void)
{
    struct nanvix_message *message = &mailbox[mailbox_count];
    const struct nanvix_envelope envelope = {sizeof(*message), NANVIX_ENVELOPE_MESSAGE, (uint32_t)message};
    struct thread *thread;
    int is_pull;

    host_receive(&envelope);
    is_pull = message->type == NANVIX_MESSAGE_PULL_RESPONSE;
    thread = addressee(message, is_pull ? &pullers : &receivers);
    if (is_pull && thread != NULL)
        thread->pull_status = message->status;
    if (!is_pull)
        mailbox_count++;
    if (thread != NULL)
        scheduler_wake(thread);
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
    if (message.type != NANVIX_MESSAGE_HOST)
        return -NANVIX_EINVAL;
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
            scheduler_block(&receivers, NEVER);
    }
    error = user_write(user_message, message, sizeof(*message));
    if (error != 0)
        return error;
    mailbox_count--;
    memmove(message, message + 1, (size_t)((char *)&mailbox[mailbox_count] - (char *)message));
    return 0;
}

/* Checks the arguments of push and pull. */
static int check_bulk(uint32_t pid, uint32_t buffer, uint32_t length)
{
    if (pid != NANVIX_PROCESS_HOST)
        return -NANVIX_ESRCH;
    if (length > NANVIX_PAGE_SIZE - buffer % NANVIX_PAGE_SIZE)
        return -NANVIX_EINVAL;
    return 0;
}

static uint32_t physical(uint32_t address)
{
    return (*page_entry(address) & PAGE_FRAME) | address % NANVIX_PAGE_SIZE;
}

int64_t kcall_push(uint32_t pid, uint32_t tid, uint32_t buffer, uint32_t length)
{
    struct nanvix_data_chunk chunk = {
        .source_pid = NANVIX_PROCESS_PROGRAM,
        .source_tid = current->tid,
        .destination_pid = (int32_t)pid,
        .destination_tid = (int32_t)tid,
        .length = length,
    };
    int error = user_readable(buffer, length);

    if (error == 0)
        error = check_bulk(pid, buffer, length);
    if (error != 0)
        return error;
    chunk.address = physical(buffer);
    send_chunk(&chunk);
    return 0;
}

int64_t kcall_pull(uint32_t pid, uint32_t tid, uint32_t buffer, uint32_t length)
{
    struct nanvix_data_chunk chunk = {
        .source_pid = (int32_t)pid,
        .source_tid = (int32_t)tid,
        .destination_pid = NANVIX_PROCESS_PROGRAM,
        .destination_tid = current->tid,
        .length = length,
    };
    int error = user_writable(buffer, length);
    uint32_t *entry;

    if (error == 0)
        error = check_bulk(pid, buffer, length);
    if (error != 0)
        return error;
    /* The host may answer much later: until then the page must stay where it is. */
    entry = page_entry(buffer);
    *entry |= PAGE_PINNED;
    chunk.address = physical(buffer);
    send_chunk(&chunk);
    scheduler_block(&pullers, NEVER);
    *entry &= ~PAGE_PINNED;
    return current->pull_status;
}
