/* Signals within the program: handlers, masks, and what a wait does when one comes. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t caught, sender, nested;
static sigjmp_buf escape;

static void catch (int number)
{
    caught = number;
}

static void catch_with_information(int number, siginfo_t *information, void *context)
{
    caught = number;
    sender = context == NULL ? -1 : information->si_pid;
}

static void raise_again(int number)
{
    if (nested++ == 0)
        raise(number);
    nested += 10;
}

static void jump_out(int number)
{
    siglongjmp(escape, number);
}

/* The senders below send until the sleeper has woken up: on a busy machine the first signal may come before it is asleep. */
static volatile bool is_awake;

static void *interrupt(void *thread)
{
    do {
        usleep(2000);
        pthread_kill(*(pthread_t *)thread, SIGUSR1);
    } while (!is_awake);
    return NULL;
}

static void handlers(void)
{
    struct sigaction action = {.sa_handler = catch}, old;

    check_number("sigaction sets a handler", sigaction(SIGUSR1, &action, NULL), 0);
    check("and gives it back", sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == catch);
    check_number("raise", raise(SIGUSR1), 0);
    check_number("runs it before it returns", caught, SIGUSR1);
    caught = 0;
    kill(getpid(), SIGUSR1);
    check_number("kill of oneself too", caught, SIGUSR1);
    action.sa_sigaction = catch_with_information;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR2, &action, NULL);
    raise(SIGUSR2);
    check_number("SA_SIGINFO tells who sent it", sender, getpid());
    signal(SIGUSR1, SIG_IGN);
    caught = 0;
    raise(SIGUSR1);
    check_number("an ignored signal does nothing", caught, 0);
    raise(SIGCHLD);
    check("nor does one whose default is that", true);
    check_error("SIGKILL can't be caught", sigaction(SIGKILL, &action, NULL), EINVAL);
    check_error("signals have numbers up to 64", raise(65), EINVAL);
    check_error("another process is not there", kill(0x3ffffff0, SIGUSR1), ESRCH);
    action.sa_handler = catch;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    check("SA_RESETHAND serves once", old.sa_handler == SIG_DFL);
}

static void masks(void)
{
    sigset_t set, old, pending;

    signal(SIGUSR1, catch);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    check_number("sigprocmask blocks", sigprocmask(SIG_BLOCK, &set, &old), 0);
    caught = 0;
    raise(SIGUSR1);
    check_number("a blocked signal waits", caught, 0);
    sigpending(&pending);
    check("sigpending shows it", sigismember(&pending, SIGUSR1) == 1);
    sigprocmask(SIG_SETMASK, &old, NULL);
    check_number("and it comes when it is let", caught, SIGUSR1);
    signal(SIGUSR1, raise_again);
    raise(SIGUSR1);
    check_number("a handler is not run within itself", nested, 22);
    signal(SIGUSR1, jump_out);
    int number = sigsetjmp(escape, 1);
    if (number == 0)
        raise(SIGUSR1);
    check_number("a handler may jump out", number, SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &old);
    check("which restores the mask", sigismember(&old, SIGUSR1) == 0);
}

static void waits(void)
{
    struct sigaction action = {.sa_handler = catch};
    pthread_t self = pthread_self(), other;

    sigaction(SIGUSR1, &action, NULL);
    caught = 0;
    is_awake = false;
    pthread_create(&other, NULL, interrupt, &self);
    check("a signal ends a sleep before its time", sleep(5) > 0);
    check_number("after its handler has run", caught, SIGUSR1);
    is_awake = true;
    pthread_join(other, NULL);
}

static volatile char *handler_place;
static volatile int queued;

static void note_place(int number, siginfo_t *information, void *context)
{
    (void)context;
    caught = number;
    queued = information->si_value.sival_int;
    handler_place = __builtin_frame_address(0);
}

static void stacks(void)
{
    static char stack[SIGSTKSZ];
    stack_t wanted = {.ss_sp = stack, .ss_size = sizeof(stack)}, old;
    struct sigaction action = {.sa_sigaction = note_place, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    check("at first there is no other stack", sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
    check_number("sigaltstack sets one", sigaltstack(&wanted, NULL), 0);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check("handlers that want it run on it", handler_place > stack && handler_place < stack + sizeof(stack));
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    check("others don't", handler_place < stack || handler_place >= stack + sizeof(stack));
    wanted.ss_size = 100;
    check_error("a small stack is refused", sigaltstack(&wanted, NULL), ENOMEM);
    check_number("sigqueue sends a value", sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42}), 0);
    check_number("which the handler gets", queued, 42);
}

static void *send_to_process(void *unused)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    do {
        usleep(2000);
        kill(getpid(), SIGUSR1);
    } while (!is_awake);
    return unused;
}

static void for_the_process(void)
{
    pthread_t other;

    signal(SIGUSR1, catch);
    caught = 0;
    is_awake = false;
    pthread_create(&other, NULL, send_to_process, NULL);
    check("a signal for the process ends a sleep of the thread that takes it", sleep(5) > 0);
    check_number("and is handled there", caught, SIGUSR1);
    is_awake = true;
    pthread_join(other, NULL);
}

static void *wait_for_signal(void *argument)
{
    sigset_t set;
    int number = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigwait(&set, &number);
    return (void *)(long)(argument == NULL ? number : 0);
}

static void awaiting(void)
{
    struct timespec short_time = {0, 1000000};
    sigset_t set, none;
    siginfo_t information;
    pthread_t thread;
    void *result;

    sigemptyset(&none);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    check_number("sigwaitinfo takes what is pending", sigwaitinfo(&set, &information), SIGUSR2);
    check_number("and tells about it", information.si_signo, SIGUSR2);
    check_error("sigtimedwait gives up", sigtimedwait(&set, NULL, &short_time), EAGAIN);
    pthread_create(&thread, NULL, wait_for_signal, NULL);
    usleep(1000);
    pthread_kill(thread, SIGUSR2);
    pthread_join(thread, &result);
    check_number("sigwait waits for another thread's", (long)result, SIGUSR2);
    signal(SIGUSR2, catch);
    caught = 0;
    raise(SIGUSR2);
    check_error("sigsuspend lets one come", sigsuspend(&none), EINTR);
    check_number("and its handler runs", caught, SIGUSR2);
}

int main(void)
{
    handlers();
    masks();
    waits();
    stacks();
    for_the_process();
    awaiting();
    return finish();
}
