/* What a program is told of itself and its machine. Run it as `environment one two three;HOME=/home EMPTY= X=a=b`. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

int main(int argc, char **argv)
{
    struct utsname name;
    struct rlimit limit;
    unsigned char one[64], two[64];
    cpu_set_t processors;
    int variables = 0;

    check_number("arguments are counted", argc, 4);
    check_text("the first is the program", argv[0], "environment");
    check_text("the others follow", argv[1], "one");
    check_text("in order", argv[3], "three");
    check("and a null pointer ends them", argv[4] == NULL);
    while (environ[variables] != NULL)
        variables++;
    check_number("the environment is counted", variables, 3);
    check_text("a variable", getenv("HOME"), "/home");
    check_text("an empty one", getenv("EMPTY"), "");
    check_text("one with an equals sign", getenv("X"), "a=b");
    check("and none", getenv("NONE") == NULL);
    setenv("NEW", "value", 1);
    check_text("the program can set its own", getenv("NEW"), "value");

    check_number("it is process 1", getpid(), 1);
    check_number("thread 1", gettid(), 1);
    check_number("of user 0", getuid(), 0);
    check_number("and group 0", getegid(), 0);
    check_number("uname", uname(&name), 0);
    check_text("names the system", name.sysname, "Nanvix");
    check_text("and the processor", name.machine, "i686");
    check_number("a page has 4096 bytes", sysconf(_SC_PAGESIZE), 4096);
    check_number("there is one processor", sysconf(_SC_NPROCESSORS_ONLN), 1);
    check_number("which the program may use", sched_getaffinity(0, sizeof(processors), &processors), 0);
    check_number("alone", CPU_COUNT(&processors), 1);
    check_number("getrlimit", getrlimit(RLIMIT_NOFILE, &limit), 0);
    check("tells how many files may be open", limit.rlim_cur >= 64);
    getrlimit(RLIMIT_STACK, &limit);
    check_number("and how large the stack may be", (long long)limit.rlim_cur, 4 << 20);
    limit.rlim_cur = 1 << 20;
    check_number("a limit can be lowered", setrlimit(RLIMIT_STACK, &limit), 0);
    getrlimit(RLIMIT_STACK, &limit);
    check_number("is remembered", (long long)limit.rlim_cur, 1 << 20);
    limit.rlim_cur = limit.rlim_max;
    check_number("can be raised up to the hard one", setrlimit(RLIMIT_STACK, &limit), 0);
    limit.rlim_max++;
    check_error("which can't", setrlimit(RLIMIT_STACK, &limit), EPERM);
    limit.rlim_cur = ++limit.rlim_max + 1;
    check_error("nor be passed", setrlimit(RLIMIT_STACK, &limit), EINVAL);

    check_number("getauxval knows the page size", getauxval(AT_PAGESZ), 4096);
    check("and where the program headers are", getauxval(AT_PHDR) >= 0x40000000);
    check("and sixteen random bytes", getauxval(AT_RANDOM) != 0);
    check_number("getrandom fills a buffer", getrandom(one, sizeof(one), 0), sizeof(one));
    getrandom(two, sizeof(two), 0);
    check("with other bytes each time", memcmp(one, two, sizeof(one)) != 0);
    printf("random");
    for (int i = 0; i < 8; i++)
        printf(" %02x", one[i]);
    printf("\n");
    return finish();
}
