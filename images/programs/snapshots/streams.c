/* States worth a snapshot: input half read, a line of output half written, and more output than one page holds. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    static char large[9000];
    char piece[8];
    ssize_t count;

    write(1, "half a ", 7);
    while ((count = read(0, piece, 5)) > 0) {
        write(1, piece, (size_t)count);
        write(2, "|", 1);
    }
    write(1, " line\n", 6);
    memset(large, 'x', sizeof large);
    large[sizeof large - 1] = '\n';
    write(1, large, sizeof large);
    return count == 0 ? 0 : 1;
}
