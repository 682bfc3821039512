/* Output: `output BYTES` writes that many bytes in numbered lines to standard output and a few words to standard error.
 */
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    long wanted = argc > 1 ? atol(argv[1]) : 1000000;
    struct iovec pieces[] = {{"to standard ", 12}, {"error\n", 6}};
    long written = 0;
    char *text = malloc((size_t)wanted + 64);

    /* One write over many pages, from an address that is no page's start. */
    for (long line = 0; written < wanted; line++)
        written += sprintf(text + 3 + written, "line %ld\n", line);
    if (write(STDOUT_FILENO, text + 3, (size_t)wanted) != wanted)
        return 1;
    if (writev(STDERR_FILENO, pieces, 2) != 18)
        return 1;
    free(text);
    return 0;
}
