/* A machine without a Nanvix host: QEMU loads the same kernel by multiboot, and this file plays the host.
 *
 * Before the kernel starts it moves the modules where Nanvix's host would have put them (program to the initrd base,
 * ramfs to the top of RAM) and fills in control page and command line. Afterwards it answers the bus: writes go to
 * port 0xe9 byte by byte, reads find the end of file at once. The machine ends through QEMU's debug exit device.
 *
 *   qemu-system-i386 -m 128 -kernel kernel.elf -append "prog args;ENV=value" -initrd "prog.elf snapshot,ramfs.img"
 *
 * Words after the program's file name are kernel arguments; the ramfs may be left out. */
#include "cpu.h"
#include "kernel.h"
#include "limits.h"
#include "message.h"

#define MULTIBOOT_MAGIC 0x2badb002u
#define MULTIBOOT_HAS_COMMAND_LINE 0x4u
#define MULTIBOOT_HAS_MODULES 0x8u

struct multiboot_info {
    uint32_t flags, memory_lower, memory_upper, boot_device, command_line, module_count, modules;
};

struct multiboot_module {
    uint32_t begin, end, text, reserved;
};

/* Answers that the program has not received yet. One request has one answer, so this holds what libraries keep
 * in flight; a program that asks more without receiving loses the oldest. */
#define ANSWERS 64
static struct nanvix_message answers[ANSWERS];
static uint32_t answers_first;

/* The request whose bulk data comes next. */
static struct nanvix_message request;

static uint32_t text_length(const char *text)
{
    uint32_t length = 0;

    while (text[length] != 0)
        length++;
    return length;
}

/* The loader puts a file name in front: what follows its space. */
static const char *after_first_word(const char *text)
{
    while (*text != 0 && *text != ' ')
        text++;
    return *text == ' ' ? text + 1 : text;
}

static uint32_t page_up(uint32_t value)
{
    return (value + NANVIX_PAGE_SIZE - 1) & PAGE_FRAME;
}

static void place_ramfs(const struct multiboot_module *module)
{
    const uint32_t size = page_up(module->end - module->begin);
    const uint32_t base = MEMORY_SIZE - size;

    memmove((void *)base, (const void *)module->begin, module->end - module->begin);
    memset((void *)(base + module->end - module->begin), 0, size - (module->end - module->begin));
    control_page.ramfs_base = base;
    control_page.ramfs_size = size;
}

static uint32_t place_program(const struct multiboot_module *module, const char *line, uint32_t line_length)
{
    const uint32_t length = module->end - module->begin;
    const uint32_t size = page_up(length);
    char *command_line = (char *)(NANVIX_INITRD_BASE + size);

    memmove((void *)NANVIX_INITRD_BASE, (const void *)module->begin, length);
    memset((void *)(NANVIX_INITRD_BASE + length), 0, size - length);
    memcpy(command_line, &line_length, NANVIX_COMMAND_LINE_LENGTH_BYTES);
    memcpy(command_line + NANVIX_COMMAND_LINE_LENGTH_BYTES, line, line_length);
    return NANVIX_INITRD_BASE | size / NANVIX_PAGE_SIZE;
}

static void place_kernel_arguments(const char *words)
{
    uint32_t length = text_length(words);

    if (length > NANVIX_CONTROL_KERNEL_ARGUMENTS_MAXIMUM)
        length = NANVIX_CONTROL_KERNEL_ARGUMENTS_MAXIMUM;
    for (uint32_t i = 0; i < length; i++)
        control_page.kernel_arguments[i] = (uint8_t)words[i];
    control_page.kernel_arguments_length = (uint16_t)length;
}

/* Returns what EBX would be. The multiboot structures may lie where the modules go, so they are copied first. */
uint32_t hostless_prepare(uint32_t magic, const struct multiboot_info *info)
{
    static char line[NANVIX_COMMAND_LINE_MAXIMUM];
    struct multiboot_module modules[2];
    uint32_t line_length = 0, count;

    host_absent = 1;
    if (magic != MULTIBOOT_MAGIC || (info->flags & MULTIBOOT_HAS_MODULES) == 0 || info->module_count == 0)
        panic("started by multiboot without a program: -initrd program.elf");
    if (info->memory_upper / 1024 + 2 < MEMORY_MIB)
        panic("the machine has less memory than this kernel was compiled for");
    count = info->module_count < 2 ? info->module_count : 2;
    memcpy(modules, (const void *)info->modules, count * sizeof(modules[0]));
    if ((info->flags & MULTIBOOT_HAS_COMMAND_LINE) != 0) {
        const char *text = after_first_word((const char *)info->command_line);

        line_length = text_length(text);
        if (line_length > sizeof(line))
            panic("the command line is too long");
        memcpy(line, text, line_length);
    }
    memset((void *)&control_page, 0, sizeof(control_page));
    memset((void *)&pvclock_page, 0, sizeof(pvclock_page));
    place_kernel_arguments(after_first_word((const char *)modules[0].text));
    if (count == 2)
        place_ramfs(&modules[1]);
    return place_program(&modules[0], line, line_length);
}

/* An empty answer at the end of those that wait. */
static struct nanvix_message *new_answer(uint8_t type)
{
    struct nanvix_message *message = &answers[(answers_first + control_page.credits) % ANSWERS];

    memset(message, 0, sizeof(*message));
    message->type = type;
    if (control_page.credits < ANSWERS)
        control_page.credits++;
    else
        answers_first = (answers_first + 1) % ANSWERS;
    return message;
}

static void answer_request(uint16_t header, int32_t count)
{
    struct nanvix_message *message = new_answer(NANVIX_MESSAGE_HOST);
    struct nanvix_host_payload *payload = (struct nanvix_host_payload *)message->payload;

    message_respond(message, &request);
    payload->header = header;
    memcpy(payload->body, &count, sizeof(count));
}

/* The request that bulk data belongs to. */
static struct nanvix_stream_request wanted(uint16_t *header)
{
    const struct nanvix_host_payload *payload = (const struct nanvix_host_payload *)request.payload;
    struct nanvix_stream_request body;

    memcpy(&body, payload->body, sizeof(body));
    *header = payload->header;
    return body;
}

/* A pull: every read is at its end at once. `header` begins a data-chunk header, whatever follows there. */
static void take_pull(const void *header)
{
    struct nanvix_data_chunk delivered;
    uint16_t asked;
    const struct nanvix_stream_request read = wanted(&asked);

    memcpy(&delivered, header, sizeof(delivered));
    delivered.length = 0;
    memcpy(new_answer(NANVIX_MESSAGE_PULL_RESPONSE)->payload, &delivered, sizeof(delivered));
    answer_request(NANVIX_HOST_READ_RESPONSE, read.fd == 0 ? 0 : -1);
}

/* Some of the bytes of a write. */
static void take_bytes(uint32_t address, uint32_t length)
{
    uint16_t asked;
    const struct nanvix_stream_request write = wanted(&asked);

    if (write.fd == 1 || write.fd == 2)
        console_write((const char *)address, length);
}

static void finish_write(uint32_t total)
{
    uint16_t asked;
    const struct nanvix_stream_request write = wanted(&asked);

    answer_request(NANVIX_HOST_WRITE_RESPONSE, write.fd == 1 || write.fd == 2 ? (int32_t)total : -1);
}

#if NANVIX_ERA_S
static void take_bulk(const struct nanvix_data_chunk *chunk)
{
    uint16_t asked;

    wanted(&asked);
    if (asked == NANVIX_HOST_READ_REQUEST) {
        take_pull(chunk);
    } else {
        take_bytes(chunk->address, chunk->length);
        finish_write(chunk->length);
    }
}
#else
static void take_bulk(const struct nanvix_scatter *header)
{
    uint32_t next = header->next;

    if (header->operation == NANVIX_BULK_PULL) {
        take_pull(header);
        return;
    }
    take_bytes(header->address, header->length);
    while (next != 0) {
        const struct nanvix_scatter_segment *segment = (const struct nanvix_scatter_segment *)next;

        take_bytes(segment->address, segment->length);
        next = segment->next;
    }
    finish_write(header->total);
}
#endif

void hostless_send(const struct nanvix_envelope *envelope)
{
    if (envelope->kind == NANVIX_ENVELOPE_MESSAGE)
        memcpy(&request, (const void *)(uint32_t)envelope->address, sizeof(request));
    else
        take_bulk((const void *)(uint32_t)envelope->address);
}

void hostless_receive(const struct nanvix_envelope *envelope)
{
    memcpy((void *)(uint32_t)envelope->address, &answers[answers_first], sizeof(answers[0]));
    answers_first = (answers_first + 1) % ANSWERS;
    control_page.credits--;
}

/* QEMU's own exit status becomes (status << 1 | 1) & 255; without `-device isa-debug-exit` the machine just stops. */
void hostless_shutdown(uint32_t status)
{
    out32(NANVIX_PORT_QEMU_DEBUG_EXIT, status);
    halt_forever();
}
