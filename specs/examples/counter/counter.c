/*
 * Counts the lines of its standard input. What takes long - here, a table of squares - is done before the snapshot, so
 * that a test starts behind it.
 */
#include <nanvix/snapshot.h>
#include <stdio.h>

enum { TABLE = 200000 };

static unsigned squares[TABLE];

int main(void)
{
    char line[256];
    unsigned lines = 0;

    for (unsigned i = 0; i < TABLE; i++)
        squares[i] = i * i;
    nanvix_take_snapshot();
    while (fgets(line, sizeof line, stdin) != NULL)
        lines++;
    printf("%u lines, squared %u\n", lines, squares[lines]);
    return lines == 0 ? 1 : 0;
}
