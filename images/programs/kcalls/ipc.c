/* Messages to and from the host: send, recv, push, pull, and with them standard output and input. Prints `out` to standard
 * output, `err` to standard error, then standard input in pieces, each behind its length. */
#include "threads.h"

#define HOST NANVIX_PROCESS_HOST

static char pages[2 * NANVIX_PAGE_SIZE] __attribute__((aligned(NANVIX_PAGE_SIZE)));
static char *const page = pages;
static char stack[STACK_BYTES];

static struct nanvix_message request(uint16_t header, int32_t fd, uint32_t count)
{
    struct nanvix_message message = {.type = NANVIX_MESSAGE_HOST, .source = -(int32_t)nanvix_gettid()};
    struct nanvix_host_payload *payload = (struct nanvix_host_payload *)message.payload;
    struct nanvix_stream_request *body = (struct nanvix_stream_request *)payload->body;

    payload->header = header;
    body->fd = fd;
    body->count = count;
    return message;
}

static int32_t response(uint16_t header)
{
    struct nanvix_message message;
    const struct nanvix_host_payload *payload = (const struct nanvix_host_payload *)message.payload;

    if (nanvix_recv(&message) != 0 || message.type != NANVIX_MESSAGE_HOST || payload->header != header)
        return -1000;
    return ((const struct nanvix_stream_response *)payload->body)->count;
}

static int32_t write_bytes(int32_t fd, const char *bytes, uint32_t count)
{
    struct nanvix_message message = request(NANVIX_HOST_WRITE_REQUEST, fd, count);

    if (nanvix_send(&message) != 0 || nanvix_push(HOST, 0, bytes, count) != 0)
        return -1001;
    return response(NANVIX_HOST_WRITE_RESPONSE);
}

static int32_t read_bytes(char *bytes, uint32_t count)
{
    struct nanvix_message message = request(NANVIX_HOST_READ_REQUEST, 0, count);

    int64_t pulled;
    int32_t answered;

    if (nanvix_send(&message) != 0)
        return -1001;
    pulled = nanvix_pull(HOST, 0, bytes, count);
    answered = response(NANVIX_HOST_READ_RESPONSE);
    return pulled == answered ? answered : -1002;
}

static void check_errors(void)
{
    struct nanvix_message message = request(NANVIX_HOST_WRITE_REQUEST, 1, 1);
    char *two_pages = pages + NANVIX_PAGE_SIZE - 1;

    expect_error("send refuses a pointer into the kernel", nanvix_send(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("send refuses an unmapped pointer", nanvix_send(UNMAPPED), NANVIX_ENOENT);
    message.type = NANVIX_MESSAGE_IPC;
    expect_error("send refuses messages between processes", nanvix_send(&message), NANVIX_EINVAL);
    message.type = 0;
    expect_error("send refuses an unknown type", nanvix_send(&message), NANVIX_EINVAL);
    expect_error("recv refuses a pointer into the kernel", nanvix_recv(KERNEL_ADDRESS), NANVIX_EFAULT);
    expect_error("recv refuses an unmapped pointer", nanvix_recv(UNMAPPED), NANVIX_ENOENT);
    expect_error("push refuses no bytes", nanvix_push(HOST, 0, page, 0), NANVIX_EINVAL);
    expect_error("push refuses bytes of two pages", nanvix_push(HOST, 0, two_pages, 2), NANVIX_EINVAL);
    expect_error("push refuses another process", nanvix_push(1, 1, page, 1), NANVIX_ESRCH);
    expect_error("push refuses a pointer into the kernel", nanvix_push(HOST, 0, KERNEL_ADDRESS, 1), NANVIX_EFAULT);
    expect_error("push refuses an unmapped pointer", nanvix_push(HOST, 0, UNMAPPED, 1), NANVIX_ENOENT);
    expect_error("pull refuses no bytes", nanvix_pull(HOST, 0, page, 0), NANVIX_EINVAL);
    expect_error("pull refuses bytes of two pages", nanvix_pull(HOST, 0, two_pages, 2), NANVIX_EINVAL);
    expect_error("pull refuses another process", nanvix_pull(1, 1, page, 1), NANVIX_ESRCH);
    expect_error("pull refuses a pointer into the kernel", nanvix_pull(HOST, 0, KERNEL_ADDRESS, 1), NANVIX_EFAULT);
    expect_error("pull refuses an unmapped pointer", nanvix_pull(HOST, 0, UNMAPPED, 1), NANVIX_ENOENT);
    expect_error("pull refuses a page it may not write", nanvix_pull(HOST, 0, (void *)(uintptr_t)check_errors, 1),
                 NANVIX_EFAULT);
}

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
