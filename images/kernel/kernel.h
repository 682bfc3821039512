/* What each file of the kernel offers the others, by file. */
#ifndef KERNEL_H
#define KERNEL_H

#include <nanvix/abi.h>
#include <nanvix/kcall-table.h>
#include <stddef.h>
#include <stdint.h>

struct thread;
struct process;
struct trap_frame;
struct link;

/* bus.c: messages between threads and the host. Bulk data: bulk.c in Era S, bulk-scatter.c in Era M. */
void bus_init(void);
void bus_poll(void);
void bus_await_pull(void);
#if NANVIX_ERA_M
void bus_forget(int32_t pid);
void bus_tell_end(int32_t pid, int32_t status);
#endif

/* clock.c: time in nanoseconds since 1970, or since the boot where the host gives no clock. */
uint64_t clock_now(void);
void clock_tick(void);
int clock_deadline(uint32_t seconds, uint32_t nanoseconds, uint64_t *deadline);

/* cond.c */
void cond_init(void);

/* console.c: characters for whoever looks after the machine. */
void console_write(const char *text, uint32_t length);
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* context.S */
void context_switch(uint32_t *save, uint32_t load);
void trap_return(void);

/* fault.c: exceptions of the processor. */
void fault(struct trap_frame *frame);
_Noreturn void double_fault(void);

/* fpu.c */
void fpu_init(void);
void fpu_reset(struct thread *thread);
void fpu_save(uint8_t image[512]);
void fpu_load(const uint8_t image[512]);
void fpu_switch(struct thread *from, struct thread *to);

/* frames.c: physical memory, page by page. */
void frames_init(uint32_t initrd_begin, uint32_t initrd_end, uint32_t memory_end);
uint32_t frame_allocate(void);
uint32_t frame_allocate_dirty(void);
void frame_free(uint32_t frame);

/* gdt.c: segments and the task state. */
void gdt_init(void);
void gdt_set_kernel_stack(uint32_t top);
void gdt_set_thread_data(uint32_t base);
uint32_t gdt_double_fault_selector(uint32_t page_directory);
uint32_t gdt_interrupted_eip(void);
uint32_t gdt_interrupted_esp(void);

/* host.c: the way out of the machine; hostless.c stands in for it where there is no host. */
extern int host_absent;
void host_put_character(char character);
void host_log(const char *text, uint32_t length);
void host_send(const struct nanvix_envelope *envelope);
void host_receive(const struct nanvix_envelope *envelope);
uint32_t host_credits(void);
int host_wants_pause(void);
void host_command(uint32_t command, uint32_t argument);
_Noreturn void host_shutdown(uint32_t status);
struct multiboot_info;
uint32_t hostless_prepare(uint32_t magic, const struct multiboot_info *info);
void hostless_send(const struct nanvix_envelope *envelope);
void hostless_receive(const struct nanvix_envelope *envelope);
_Noreturn void hostless_shutdown(uint32_t status);

/* idt.c */
void idt_init(uint32_t double_fault_selector);

/* initrd.c: what the host gave the machine to run. */
struct initrd {
    uint32_t begin, size, end;
    /* The program at hand: the first, until initrd_next goes on to another. */
    uint32_t program, program_size;
    const char *line;
    uint32_t line_length;
#if NANVIX_ERA_M
    uint32_t index, count;
#endif
};
const char *initrd_open(uint32_t word, uint32_t memory_end, struct initrd *initrd);
#if NANVIX_ERA_M
int initrd_next(struct initrd *initrd);
#else
static inline int initrd_next(struct initrd *initrd)
{
    (void)initrd;
    return 0;
}
#endif

/* kcall.c: the dispatcher; each call is a function kcall_NAME in the file of its subject. */
#define KCALL_PARAMETERS_0 void
#define KCALL_PARAMETERS_1 uint32_t
#define KCALL_PARAMETERS_2 uint32_t, uint32_t
#define KCALL_PARAMETERS_3 uint32_t, uint32_t, uint32_t
#define KCALL_PARAMETERS_4 uint32_t, uint32_t, uint32_t, uint32_t
#define KCALL_DECLARE(number, name, count) int64_t kcall_##name(KCALL_PARAMETERS_##count);
NANVIX_KCALL_TABLE(KCALL_DECLARE)
void kcall(struct trap_frame *frame);

/* loader.c: a program in the initrd. */
const char *loader_load(uint32_t initrd, uint32_t size, uint32_t *entry);

/* memory.c: what the compiler calls by itself. */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);

/* mmio.c, pmio.c: what a process that ends has taken. */
#if NANVIX_ERA_M
void mmio_release(int32_t pid);
void pmio_release(int32_t pid);
#endif

/* main.c */
_Noreturn void kernel_main(uint32_t magic, uint32_t initrd_word);

/* mutex.c */
void mutex_init(void);
uint32_t address_bucket(uint32_t address);
int mutex_release(uint32_t address);
void mutex_release_all(void);
#if NANVIX_ERA_M
void mutex_release_all_of(struct thread *thread);
#endif
void mutex_give_or_queue(struct thread *thread, uint32_t address);
int mutex_acquire(uint32_t address, uint64_t deadline);

/* options.c: what the words of the kernel arguments ask for. */
struct options {
    int mmap_one_page;
    enum { SNAPSHOTS_FORBIDDEN, SNAPSHOTS_ONE, SNAPSHOTS_ANY, SNAPSHOTS_UNKNOWN } snapshots;
};
extern struct options options;
void options_init(void);

/* paging.c: page tables of the address space in use. */
#define PAGE_PRESENT 0x001u
#define PAGE_WRITABLE 0x002u
#define PAGE_USER 0x004u
#define PAGE_LARGE 0x080u
/* Bits the processor leaves to us. OWNED: the frame goes back to frames.c when it is unmapped; the others lie in
 * the initrd. PINNED: the host is about to write into the page. */
#define PAGE_OWNED 0x200u
#define PAGE_PINNED 0x400u
#define PAGE_FRAME 0xfffff000u
/* What one page table maps, and so does one page of 4 MiB. */
#define PAGE_TABLE_SPAN 0x400000u
uint32_t paging_init(void);
uint32_t *page_entry(uint32_t address);
uint32_t *page_entry_create(uint32_t address);
uint32_t page_table_end(uint32_t address, uint32_t end);
uint32_t page_physical(uint32_t address);
void page_pin(uint32_t address, uint32_t length, int on);
int paging_expose(uint32_t base, uint32_t size, int on);
int stack_contains(uint32_t address);
int stack_fault_in(uint32_t address);
#if NANVIX_ERA_M
uint32_t paging_new_space(int first);
void paging_enter(uint32_t space);
void paging_free_space(uint32_t space);
#endif

/* panic.c */
_Noreturn void panic(const char *message);
_Noreturn void panic_with(const char *message, uint32_t status);

/* pic.c, pit.c */
void pic_init(void);
int pic_acknowledge(uint32_t irq);
void pit_init(void);

/* process.c, process-m.c: see process.h too. */
int process_may_use_io(void);

/* scheduler.c: which thread runs. */
void scheduler_init(void);
void schedule(void);
void scheduler_tick(int preemptible);
int scheduler_block(struct link *queue, uint64_t deadline);
int scheduler_wait(struct link *queue, uint64_t deadline);
void scheduler_wake(struct thread *thread);
void scheduler_interrupt(struct thread *thread);
_Noreturn void scheduler_start(struct thread *thread);

/* signal.c: signals, which Era S does not have. */
#if NANVIX_ERA_M
int signal_due(const struct thread *thread);
void signal_deliver(struct trap_frame *frame, uint32_t number, int64_t result);
int signal_exception(struct trap_frame *frame);
#else
static inline int signal_due(const struct thread *thread)
{
    (void)thread;
    return 0;
}

static inline void signal_deliver(struct trap_frame *frame, uint32_t number, int64_t result)
{
    (void)frame, (void)number, (void)result;
}

static inline int signal_exception(struct trap_frame *frame)
{
    (void)frame;
    return 0;
}
#endif

/* thread.c */
void threads_init(void);
struct thread *thread_find(int32_t tid);
uint32_t thread_stack_top(const struct thread *thread);
struct thread *thread_new(uint32_t function, uint32_t stack_top, uint32_t argument0, uint32_t argument1);
void thread_check_stack(const struct thread *thread);
void thread_interrupt_one(const struct process *process, uint64_t signal);
#if NANVIX_ERA_M
void threads_end(const struct process *process);
#endif

/* trap.c */
void trap(struct trap_frame *frame);

/* user.c: memory of the program as the kernel may touch it. Results are 0 or -errno. */
int user_range(uint32_t address, uint32_t length);
int user_readable(uint32_t address, uint32_t length);
int user_writable(uint32_t address, uint32_t length);
int user_read(void *to, uint32_t from, uint32_t length);
int user_write(uint32_t to, const void *from, uint32_t length);

/* utf8.c */
int utf8_valid(const uint8_t *text, uint32_t length);

/* kernel.ld: pages shared with the host, and the first byte after the kernel. */
extern volatile struct nanvix_control_page control_page;
extern const volatile struct nanvix_pvclock pvclock_page;
extern char kernel_end[];

#endif
