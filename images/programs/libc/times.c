/* time.h: dates of all ages in several zones, to text and back. Nothing here asks what time it is. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "draw.h"

static const char *const zones[] = {"UTC0", "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0545>-5:45", "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                    "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "XXX-14YYY,J60,J300", "ABC8DEF,59/1,299/26"};

static void show(const struct tm *when)
{
    printf("%d-%d-%d %d:%d:%d %d %d %d %ld %s\n", when->tm_year, when->tm_mon, when->tm_mday, when->tm_hour, when->tm_min,
           when->tm_sec, when->tm_wday, when->tm_yday, when->tm_isdst, when->tm_gmtoff, when->tm_zone);
}

static time_t draw_time(void)
{
    switch (draw_below(4)) {
    case 0:
        return (time_t)(draw() >> 30) - (1ll << 33);
    case 1:
        return (time_t)(int32_t)draw();
    case 2:
        /* About the changes of the clock in a year of today's rules. */
        return 1741500000 + (time_t)draw_below(20000000);
    default:
        return (time_t)(draw() >> 8) - (1ll << 55);
    }
}

static void formats(const struct tm *when)
{
    static const char every[] = "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%";
    char format[8], text[200];

    for (const char *one = every; *one != '\0'; one++) {
        snprintf(format, sizeof(format), "%%%s%c", draw_below(6) == 0 ? "+8" : "", *one);
        size_t length = strftime(text, sizeof(text), format, when);
        printf("%c:%.*s|", *one, (int)length, text);
    }
    printf("\n");
}

static void one_zone(const char *zone)
{
    struct tm when;

    setenv("TZ", zone, 1);
    tzset();
    section(zone);
    printf("%s %s %ld %d\n", tzname[0], tzname[1], timezone, daylight);
    for (unsigned i = 0; i < 120; i++) {
        time_t time = draw_time();
        if (localtime_r(&time, &when) == NULL) {
            printf("%lld too far\n", (long long)time);
            continue;
        }
        printf("%lld ", (long long)time);
        show(&when);
        if (i % 8 == 0)
            formats(&when);
        printf("back %lld\n", (long long)mktime(&when));
        when.tm_mon += (int)draw_below(40) - 20;
        when.tm_mday += (int)draw_below(100) - 50;
        when.tm_sec += (int)draw_below(100000) - 50000;
        when.tm_isdst = (int)draw_below(3) - 1;
        printf("moved %lld ", (long long)mktime(&when));
        show(&when);
        printf("timegm %lld\n", (long long)timegm(&when));
    }
}

static void reading(void)
{
    static const char *const cases[][2] = {
        {"%Y-%m-%d %H:%M:%S", "2026-11-28 12:34:56"}, {"%Y-%m-%dT%TZ", "1999-02-29T23:59:60Z"}, {"%a %d %b %Y", "Sat 28 Nov 2026"},
        {"%A, %B %e", "monday, JULY  4"},             {"%y %j", "69 366"},                      {"%D %r", "02/30/70 11:00:01 PM"},
        {"%I:%M %p", "12:01 am"},                     {"%C%y", "1999"},                         {"%s", "1234567890"},
        {"%n%t%%x", " \n %x"},                        {"%H", "24"},                             {"%m/%d", "13/1"},
        {"%U %w", "10 3"},                            {"%z", "+0530"},                          {"%F", "2026-1-2"},
    };

    section("strptime");
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tm when = {.tm_zone = "none"};
        const char *rest = strptime(cases[i][1], cases[i][0], &when);
        printf("%s: %s ", cases[i][0], rest == NULL ? "(no)" : rest);
        show(&when);
    }
}

int main(void)
{
    for (unsigned i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
        one_zone(zones[i]);
    reading();
    return 0;
}
