/* Input: copies standard input to standard output line by line with numbers, and tells how it ended. */
#include <unistd.h>

#include "check.h"

int main(void)
{
    char line[256], byte;
    int number = 0;

    while (fgets(line, sizeof(line), stdin) != NULL)
        printf("%d: %s", ++number, line);
    printf("%d lines, %s\n", number, feof(stdin) ? "end of file" : "error");
    check_number("the end stays the end", read(STDIN_FILENO, &byte, 1), 0);
    check_error("input has no position", lseek(STDIN_FILENO, 0, SEEK_CUR), ESPIPE);
    check_error("input can't be written", write(STDIN_FILENO, "x", 1), EBADF);
    check_error("output can't be read", read(STDOUT_FILENO, &byte, 1), EBADF);
    check_number("no stream is a terminal", isatty(0) + isatty(1) + isatty(2), 0);
    return finish();
}
