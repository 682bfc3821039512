/*
 * Structures and constants of the system-call interface musl was written for, where musl's public headers lack them.
 * Sizes are asserted: musl's objects are compiled against the same layouts.
 */
#ifndef NVX_LINUX_ABI_H
#define NVX_LINUX_ABI_H

#include <stdint.h>

struct nvx_timespec32 {
    int32_t seconds;
    int32_t nanoseconds;
};

/* musl fills the nanoseconds as a long long or as a long with padding: only the low word counts. */
struct nvx_timespec64 {
    int64_t seconds;
    int64_t nanoseconds;
};

/* A mask of signals as pselect6 takes it. */
struct nvx_mask {
    const uint64_t *mask;
    unsigned long bytes;
};

struct nvx_kstat {
    uint64_t device;
    uint32_t padding0;
    uint32_t truncated_inode;
    uint32_t mode;
    uint32_t links;
    uint32_t uid;
    uint32_t gid;
    uint64_t special_device;
    uint32_t padding1;
    int64_t size __attribute__((packed, aligned(4)));
    int32_t block_size;
    int64_t blocks __attribute__((packed, aligned(4)));
    struct nvx_timespec32 accessed;
    struct nvx_timespec32 modified;
    struct nvx_timespec32 changed;
    uint64_t inode __attribute__((packed, aligned(4)));
};
_Static_assert(sizeof(struct nvx_kstat) == 96, "kstat of musl's arch/i386/kstat.h");

struct nvx_statx_time {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t padding;
} __attribute__((aligned(8)));

struct nvx_statx {
    uint32_t mask;
    uint32_t block_size;
    uint64_t attributes;
    uint32_t links;
    uint32_t uid;
    uint32_t gid;
    uint16_t mode;
    uint16_t padding;
    uint64_t inode;
    uint64_t size;
    uint64_t blocks;
    uint64_t attributes_mask;
    struct nvx_statx_time accessed;
    struct nvx_statx_time born;
    struct nvx_statx_time changed;
    struct nvx_statx_time modified;
    uint32_t special_device[2];
    uint32_t device[2];
    uint64_t spare[14];
} __attribute__((aligned(8)));
_Static_assert(sizeof(struct nvx_statx) == 256, "statx of the system-call interface");

struct nvx_dirent64 {
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
} __attribute__((packed));

struct nvx_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
_Static_assert(sizeof(struct nvx_sigaction) == 20, "k_sigaction of musl's src/internal/ksigaction.h");

/* Robust mutexes: each entry is followed by the next; the futex word lies at an offset from the entry. */
struct nvx_robust_entry {
    struct nvx_robust_entry *volatile next;
};

struct nvx_robust_list {
    struct nvx_robust_entry first;
    long word_offset;
    struct nvx_robust_entry *volatile pending;
};

enum {
    NVX_FUTEX_TID = 0x3fffffff,
    NVX_FUTEX_OWNER_DIED = 0x40000000,
    NVX_FUTEX_WAITERS = (int)0x80000000,
};

enum {
    NVX_FUTEX_WAIT = 0,
    NVX_FUTEX_WAKE = 1,
    NVX_FUTEX_REQUEUE = 3,
    NVX_FUTEX_CMP_REQUEUE = 4,
    NVX_FUTEX_LOCK_PI = 6,
    NVX_FUTEX_UNLOCK_PI = 7,
    NVX_FUTEX_TRYLOCK_PI = 8,
    NVX_FUTEX_PRIVATE = 128,
};

/* renameat2: refuse to replace. */
enum { NVX_RENAME_NOREPLACE = 1 };

/* statx: the basic fields and the time of birth; statfs: a FAT volume. */
enum {
    NVX_STATX_BASIC = 0x7ff,
    NVX_STATX_BIRTH = 0x800,
    NVX_FAT_MAGIC = 0x4d44,
};

#endif
