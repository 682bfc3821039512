/* The snapshot call, twice. Prints what each call answered; whether that is right depends on the kernel arguments. */
#include "check.h"

static void tell(const char *name, int64_t result)
{
    char line[64];
    uint32_t length = append_text(line, 0, name);

    length = append_number(line, length, result);
    line[length++] = '\n';
    nanvix_debug(line, length);
}

void program(const char *arguments, const char *environment)
{
    (void)arguments, (void)environment;
    tell("first ", nanvix_snapshot());
    tell("second ", nanvix_snapshot());
}
