/* Messages to and from the host: send, recv, push, pull, and with them standard output and input. Prints `out` to standard
 * output, `err` to standard error, then standard input in pieces, each behind its length. */
#include "threads.h"

#define HOST NANVIX_PROCESS_HOST

static char pages[2 * NANVIX_PAGE_SIZE] __attribute__((aligned(NANVIX_PAGE_SIZE)));
static char *const page = pages;
static char stack[STACK_BYTES];

/* Push and pull with their arguments one by one, however the era takes them. */
static int64_t push(int32_t pid, int32_t tid, const void *buffer, uint32_t length)
{
#if NANVIX_ERA_S
    return nanvix_push(pid, tid, buffer, length);
#else
    const struct nanvix_bulk bulk = {.pid = pid, .tid = tid, .buffer = (uint32_t)(uintptr_t)buffer, .length = length};

    return nanvix_push(&bulk);
#endif
}

static int64_t pull(int32_t pid, int32_t tid, void *buffer, uint32_t length)
{
#if NANVIX_ERA_S
    return nanvix_pull(pid, tid, buffer, length);
#else
    const struct nanvix_bulk bulk = {.pid = pid, .tid = tid, .buffer = (uint32_t)(uintptr_t)buffer, .length = length};

    return nanvix_pull(&bulk);
#endif
}

static struct nanvix_message request(uint16_t header, int32_t fd, uint32_t count)
{
    struct nanvix_message message = {.type = NANVIX_MESSAGE_HOST};
    struct nanvix_host_payload *payload = (struct nanvix_host_payload *)message.payload;
    struct nanvix_stream_request *body = (struct nanvix_stream_request *)payload->body;

#if NANVIX_ERA_S
    message.source = -(int32_t)nanvix_gettid();
#else
    /* The kernel says who sends; the number comes back in the response. */
    message.source_pid = message.source_tid = 77;
    payload->request = header * 1000u + count;
#endif
    payload->header = header;
    body->fd = fd;
    body->count = count;
    return message;
}

/* True if a response is for this thread and belongs to the request. */
static int is_answer(const struct nanvix_message *message, const struct nanvix_message *asked)
{
#if NANVIX_ERA_S
    (void)asked;
    return message->destination == -(int32_t)nanvix_gettid();
#else
    const struct nanvix_host_payload *answer = (const struct nanvix_host_payload *)message->payload;
    const struct nanvix_host_payload *question = (const struct nanvix_host_payload *)asked->payload;

    return message->destination_pid == NANVIX_PROCESS_PROGRAM && message->destination_tid == nanvix_gettid() &&
           answer->request == question->request;
#endif
}

static int32_t response(uint16_t header, const struct nanvix_message *asked)
{
    struct nanvix_message message;
    const struct nanvix_host_payload *payload = (const struct nanvix_host_payload *)message.payload;

    if (nanvix_recv(&message) != 0 || message.type != NANVIX_MESSAGE_HOST || payload->header != header ||
        !is_answer(&message, asked))
        return -1000;
    return ((const struct nanvix_stream_response *)payload->body)->count;
}

static int32_t write_bytes(int32_t fd, const char *bytes, uint32_t count)
{
    struct nanvix_message message = request(NANVIX_HOST_WRITE_REQUEST, fd, count);

    if (nanvix_send(&message) != 0 || push(HOST, 0, bytes, count) != 0)
        return -1001;
    return response(NANVIX_HOST_WRITE_RESPONSE, &message);
}

static int32_t read_bytes(char *bytes, uint32_t count)
{
    struct nanvix_message message = request(NANVIX_HOST_READ_REQUEST, 0, count);

    int64_t pulled;
    int32_t answered;

    if (nanvix_send(&message) != 0)
        return -1001;
    pulled = pull(HOST, 0, bytes, count);
    answered = response(NANVIX_HOST_READ_RESPONSE, &message);
    return pulled == answered ? answered : -1002;
}

static void check_errors(void)
{
    struct nanvix_message message = request(NANVIX_HOST_WRITE_REQUEST, 1, 1);
    char *two_pages = pages + NANVIX_PAGE_SIZE - 1;

    expect_error("send refuses a pointer into the kernel", nanvix_send(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("send refuses an unmapped pointer", nanvix_send(UNMAPPED), NANVIX_ENOENT);
    message.type = NANVIX_MESSAGE_IPC;
    expect_error("send refuses messages to processes that are not there", nanvix_send(&message),
                 NANVIX_ERA_S ? NANVIX_EINVAL : NANVIX_ESRCH);
    message.type = 0;
    expect_error("send refuses an unknown type", nanvix_send(&message), NANVIX_EINVAL);
    expect_error("recv refuses a pointer into the kernel", nanvix_recv(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("recv refuses an unmapped pointer", nanvix_recv(UNMAPPED), NANVIX_ENOENT);
    expect_error("push refuses no bytes", push(HOST, 0, page, 0), NANVIX_EINVAL);
#if NANVIX_ERA_S
    expect_error("push refuses bytes of two pages", push(HOST, 0, two_pages, 2), NANVIX_EINVAL);
    expect_error("pull refuses bytes of two pages", pull(HOST, 0, two_pages, 2), NANVIX_EINVAL);
    expect_error("push refuses the process itself", push(1, 1, page, 1), NANVIX_ESRCH);
    expect_error("pull refuses the process itself", pull(1, 1, page, 1), NANVIX_ESRCH);
#else
    (void)two_pages;
    expect_error("push refuses the process itself", push(1, 1, page, 1), NANVIX_EINVAL);
    expect_error("pull refuses the process itself", pull(1, 1, page, 1), NANVIX_EINVAL);
    expect_error("push refuses more than its pieces can hold", push(HOST, 0, page, 171 * 4096), NANVIX_EINVAL);
    expect_error("push refuses a descriptor in the kernel", nanvix_push(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("pull refuses an unmapped descriptor", nanvix_pull(UNMAPPED), NANVIX_ENOENT);
#endif
    expect_error("push refuses another process", push(9, 1, page, 1), NANVIX_ESRCH);
    expect_error("push refuses a pointer into the kernel", push(HOST, 0, KERNEL_ADDRESS, 1), NANVIX_EFAULT);
    expect_error("push refuses an unmapped pointer", push(HOST, 0, UNMAPPED, 1), NANVIX_ENOENT);
    expect_error("pull refuses no bytes", pull(HOST, 0, page, 0), NANVIX_EINVAL);
    expect_error("pull refuses another process", pull(9, 1, page, 1), NANVIX_ESRCH);
    expect_error("pull refuses a pointer into the kernel", pull(HOST, 0, KERNEL_ADDRESS, 1), NANVIX_EFAULT);
    expect_error("pull refuses an unmapped pointer", pull(HOST, 0, UNMAPPED, 1), NANVIX_ENOENT);
    expect_error("pull refuses a page it may not write", pull(HOST, 0, (void *)(uintptr_t)check_errors, 1),
                 NANVIX_EFAULT);
}

#if NANVIX_ERA_M
/* Bytes that begin in the middle of a page and end in the middle of another, 100 pages on. */
static void check_pieces(void)
{
    enum { BYTES = 100 * NANVIX_PAGE_SIZE };
    char *area = (char *)FREE_AREA;

    nanvix_mmap(NANVIX_PROCESS_PROGRAM, FREE_AREA, 101, READ_WRITE);
    for (uint32_t i = 0; i < BYTES; i++)
        area[100 + i] = i % 64 == 63 ? '\n' : (char)('a' + i / NANVIX_PAGE_SIZE % 26);
    expect("bytes of many pages go as one", write_bytes(1, area + 100, BYTES), BYTES);
}
#endif

static uint32_t write_from_thread(uint32_t argument)
{
    (void)argument;
    return (uint32_t)write_bytes(1, "thread\n", 7);
}

static void check_output(void)
{
    uint32_t status;
    int64_t tid;

    expect("a write request answers how much was written", write_bytes(1, "out\n", 4), 4);
    expect("to standard error as well", write_bytes(2, "err\n", 4), 4);
    for (uint32_t i = 0; i < NANVIX_PAGE_SIZE; i++)
        page[i] = i % 64 == 63 ? '\n' : 'x';
    expect("a whole page can be written", write_bytes(1, page, NANVIX_PAGE_SIZE), NANVIX_PAGE_SIZE);
#if NANVIX_ERA_M
    check_pieces();
#endif
    expect("a descriptor that is no output is answered with -1", write_bytes(3, "none", 4), -1);
    tid = start_thread(write_from_thread, 0, stack);
    nanvix_thread_join((int32_t)tid, &status);
    expect("another thread gets its own answer", status, 7);
}

static void echo_input(void)
{
    char line[8];
    int32_t count;

    while ((count = read_bytes(page, 16)) > 0) {
        line[0] = (char)('0' + count / 10);
        line[1] = (char)('0' + count % 10);
        line[2] = ':';
        write_bytes(1, line, 3);
        write_bytes(1, page, (uint32_t)count);
        write_bytes(1, "\n", 1);
    }
    expect("reading ends at the end of the input", count, 0);
    expect("and stays there", read_bytes(page, 16), 0);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    check_errors();
    check_output();
    echo_input();
}
