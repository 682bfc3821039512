/*
 * FAT times (time.h).
 */
#include "time.h"

#include "../clock.h"

enum { DAY_SECONDS = 86400, FIRST_YEAR = 1980, LAST_YEAR = 2107 };

/* Days from 1970 to a day, by the rule that counts a year from March, so that the leap day is the last. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;

    int64_t era = year / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct fat_time fat_time_from(int64_t seconds, uint32_t nanoseconds)
{
    int64_t first = days_from_civil(FIRST_YEAR, 1, 1) * DAY_SECONDS;
    int64_t end = days_from_civil(LAST_YEAR + 1, 1, 1) * DAY_SECONDS;

    if (seconds < first) {
        seconds = first;
        nanoseconds = 0;
    } else if (seconds >= end) {
        seconds = end - 2;
        nanoseconds = 0;
    }

    unsigned second_of_day = (unsigned)(seconds % DAY_SECONDS);
    int64_t days = seconds / DAY_SECONDS + 719468;
    int64_t era = days / 146097;
    unsigned day_of_era = (unsigned)(days - era * 146097);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned shifted_month = (5 * day_of_year + 2) / 153;
    unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    unsigned year = (unsigned)(era * 400) + year_of_era + (month <= 2);

    return (struct fat_time){
        (uint16_t)((year - FIRST_YEAR) << 9 | month << 5 | day),
        (uint16_t)(second_of_day / 3600 << 11 | second_of_day / 60 % 60 << 5 | second_of_day % 60 / 2),
        (uint8_t)(second_of_day % 2 * 100 + nanoseconds / 10000000),
    };
}

int64_t fat_time_to_seconds(uint16_t date, uint16_t time)
{
    unsigned month = date >> 5 & 15;
    unsigned day = date & 31;

    /* An empty date is stored by writers without a clock. */
    if (month == 0 || month > 12 || day == 0)
        return days_from_civil(FIRST_YEAR, 1, 1) * DAY_SECONDS;
    return days_from_civil(FIRST_YEAR + (date >> 9), month, day) * DAY_SECONDS + (time >> 11) * 3600 +
           (time >> 5 & 63) * 60 + (time & 31) * 2;
}

struct fat_time fat_time_now(void)
{
    struct nvx_instant now = nvx_clock_now();

    return fat_time_from(now.seconds, now.nanoseconds);
}
