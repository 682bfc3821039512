/* Text for whoever looks after the machine: what a program writes by the debug call, byte by byte, and what the kernel has
 * to say itself. In Era M the latter is the kernel's log and goes to a port of its own, line by line. The kernel is silent
 * unless something is wrong, so this need not be fast. */
#include <stdarg.h>
#include "kernel.h"

void console_write(const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        host_put_character(text[i]);
}

/* The line of the log that is not finished yet. */
static char line[256];
static uint32_t line_length;

static void put(char character)
{
    if (!NANVIX_ERA_M) {
        host_put_character(character);
        return;
    }
    line[line_length++] = character;
    if (character == '\n' || line_length == sizeof(line)) {
        host_log(line, line_length);
        line_length = 0;
    }
}

static void print_text(const char *text)
{
    while (*text != 0)
        put(*text++);
}

static void print_number(uint32_t value, uint32_t base, int digits)
{
    char text[11];
    int i = sizeof(text);

    text[--i] = 0;
    do {
        text[--i] = "0123456789abcdef"[value % base];
        value /= base;
        digits--;
    } while (value != 0 || digits > 0);
    print_text(text + i);
}

/* Knows %s, %c, %d, %u, %x and %08x. */
void console_print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (; *format != 0; format++) {
        int digits = 0;
        int32_t number;

        if (*format != '%') {
            put(*format);
            continue;
        }
        format++;
        if (format[0] == '0' && format[1] == '8') {
            digits = 8;
            format += 2;
        }
        switch (*format) {
        case 's':
            print_text(va_arg(arguments, const char *));
            break;
        case 'c':
            put((char)va_arg(arguments, int));
            break;
        case 'd':
            number = va_arg(arguments, int32_t);
            if (number < 0)
                put('-');
            print_number(number < 0 ? -(uint32_t)number : (uint32_t)number, 10, 0);
            break;
        case 'u':
            print_number(va_arg(arguments, uint32_t), 10, 0);
            break;
        case 'x':
            print_number(va_arg(arguments, uint32_t), 16, digits);
            break;
        default:
            return;
        }
    }
    va_end(arguments);
}
