/*
 * Times as a FAT volume stores them: two seconds exact, from 1980 to 2107. They are read and written as UTC.
 */
#ifndef NVX_FAT_TIME_H
#define NVX_FAT_TIME_H

#include <stdint.h>

struct fat_time {
    uint16_t date;
    uint16_t time;
    /* Hundredths of a second beyond `time`, 0 to 199: only the time of creation has them. */
    uint8_t hundredths;
};

/* Seconds since 1970; times outside the range become its ends. */
struct fat_time fat_time_from(int64_t seconds, uint32_t nanoseconds);
int64_t fat_time_to_seconds(uint16_t date, uint16_t time);

/* The present. */
struct fat_time fat_time_now(void);

#endif
