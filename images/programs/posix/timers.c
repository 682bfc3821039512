/* Timers that send signals: alarm, setitimer, timer_create in its three ways. */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t caught, count;
static volatile int code, value;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t called = PTHREAD_COND_INITIALIZER;
static int calls;

static void note(int number)
{
    caught = number;
    count++;
}

static void note_information(int number, siginfo_t *information, void *context)
{
    (void)context;
    note(number);
    code = information->si_code;
    value = information->si_value.sival_int;
}

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void alarms(void)
{
    struct sigaction action = {.sa_handler = note};
    long long start = now();

    sigaction(SIGALRM, &action, NULL);
    check_number("no alarm was set", alarm(2), 0);
    check_number("alarm tells what is left of the last one", alarm(1), 2);
    check("pause waits for it", pause() == -1 && errno == EINTR);
    check_number("it is SIGALRM", caught, SIGALRM);
    check("after a second", now() - start >= 1000000000 && now() - start < 1100000000);
    alarm(1);
    check_number("alarm of 0 stops it", alarm(0), 1);
    count = 0;
    usleep(1200000);
    check_number("then none comes", count, 0);
    alarm(1);
    check("a sleep ends early by an alarm", sleep(3) > 0);
}

static void intervals(void)
{
    struct itimerval timer = {{0, 10000}, {0, 20000}}, old;
    long long start = now();

    count = 0;
    check_number("setitimer sets an interval", setitimer(ITIMER_REAL, &timer, NULL), 0);
    while (count < 3)
        pause();
    check("which comes again and again", now() - start >= 40000000 && now() - start < 60000000);
    check("getitimer tells it", getitimer(ITIMER_REAL, &old) == 0 && old.it_interval.tv_usec == 10000 &&
                                    old.it_value.tv_sec == 0 && old.it_value.tv_usec <= 10000);
    timer = (struct itimerval){{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &timer, NULL);
    timer.it_value.tv_usec = 1000000;
    check_error("a microsecond is below a million", setitimer(ITIMER_REAL, &timer, NULL), EINVAL);
}

/* Computes, with calls in between, until a signal has come so often; false if the processor worked for a second or two in vain. */
static bool works_until(int wanted)
{
    struct timespec start, used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (count < wanted && used.tv_sec - start.tv_sec < 2);
    return count >= wanted;
}

static void of_processor(void)
{
    static const int kinds[][2] = {{ITIMER_PROF, SIGPROF}, {ITIMER_VIRTUAL, SIGVTALRM}};
    struct itimerval stop = {{0, 0}, {0, 0}}, old;
    struct itimerspec soon = {{0, 0}, {0, 4000000}};
    timer_t timer;

    for (int i = 0; i < 2; i++) {
        struct itimerval often = {{0, 1000}, {0, 1000}}, late = {{0, 0}, {0, 10000}};
        struct sigaction action = {.sa_handler = note};

        sigaction(kinds[i][1], &action, NULL);
        count = 0;
        check_number("a timer of processor time is set", setitimer(kinds[i][0], &often, NULL), 0);
        check("it comes again and again while the program works", works_until(3));
        check_number("by a signal of its own", caught, kinds[i][1]);
        setitimer(kinds[i][0], &late, NULL);
        count = 0;
        usleep(100000);
        check_number("but not while it sleeps", count, 0);
        check("which does not count", getitimer(kinds[i][0], &old) == 0 && old.it_value.tv_usec > 5000);
        check("it does when the program works again", works_until(1));
        check("and is over", getitimer(kinds[i][0], &old) == 0 && old.it_value.tv_sec == 0 && old.it_value.tv_usec == 0);
        setitimer(kinds[i][0], &stop, NULL);
    }
    signal(SIGALRM, note);
    count = 0;
    check_number("timer_create knows that clock", timer_create(CLOCK_PROCESS_CPUTIME_ID, NULL, &timer), 0);
    timer_settime(timer, 0, &soon, NULL);
    usleep(50000);
    check_number("it does not come while the program sleeps", count, 0);
    check("but while it works", works_until(1));
    timer_delete(timer);
    check_error("there is no other kind", setitimer(3, &stop, NULL), EINVAL);
}

static void on_call(union sigval given)
{
    pthread_mutex_lock(&mutex);
    calls += given.sival_int;
    pthread_cond_signal(&called);
    pthread_mutex_unlock(&mutex);
}

static void created(void)
{
    struct sigaction action = {.sa_sigaction = note_information, .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    struct itimerspec soon = {{0, 0}, {0, 5000000}}, left;
    struct timespec moment;
    timer_t timer, other;

    sigaction(SIGUSR1, &action, NULL);
    check_number("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    check_number("a new timer is not set", timer_gettime(timer, &left) == 0 ? left.it_value.tv_nsec : -1, 0);
    check_number("timer_settime", timer_settime(timer, 0, &soon, NULL), 0);
    timer_gettime(timer, &left);
    check("timer_gettime tells what is left", left.it_value.tv_nsec > 0 && left.it_value.tv_nsec <= 5000000);
    pause();
    check_number("its signal comes", caught, SIGUSR1);
    check_number("from a timer", code, SI_TIMER);
    check_number("with its value", value, 77);

    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec--;
    soon.it_value = moment;
    count = 0;
    timer_settime(timer, TIMER_ABSTIME, &soon, NULL);
    usleep(1000);
    check_number("a moment that has passed is now", count, 1);

    soon = (struct itimerspec){{0, 1000000}, {0, 1000000}};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    count = 0;
    timer_settime(timer, 0, &soon, NULL);
    usleep(10500);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    check_number("a signal that waits is one", count, 1);
    check_number("timer_delete", timer_delete(timer), 0);
    check("once", timer_delete(timer) != 0);

    event = (struct sigevent){.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_call,
                              .sigev_value.sival_int = 3};
    check_number("a timer may call a function", timer_create(CLOCK_REALTIME, &event, &other), 0);
    soon = (struct itimerspec){{0, 0}, {0, 5000000}};
    timer_settime(other, 0, &soon, NULL);
    pthread_mutex_lock(&mutex);
    while (calls == 0)
        pthread_cond_wait(&called, &mutex);
    pthread_mutex_unlock(&mutex);
    check_number("in a thread of its own", calls, 3);
    timer_delete(other);
    check_error("there is no timer for every clock", timer_create(CLOCK_THREAD_CPUTIME_ID, NULL, &timer), EINVAL);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    alarms();
    intervals();
    of_processor();
    created();
    return finish();
}
