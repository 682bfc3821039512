/*
 * Runs fuzz cases on a real processor: a static 32-bit Linux program without a C library.
 *
 * It lays out the same linear addresses as the guest of ../guest.ts, and its signal handler does what that guest's kernel does: logs the
 * fault in the case's own memory, maps the page that is mapped on demand, else goes on behind the item that faulted.
 *
 * Standard input, all words little-endian: the number of regions, each as start, length, protection, offset in the backing; FS's and GS's
 * base; then cases until the end: entry, the number of parts, each as address, length, bytes; the number of ranges wanted, each as address
 * and length. Standard output, for each case: 0, or 1 where it was stopped for taking too long; then the ranges, one after another.
 */

typedef unsigned int u32;
typedef unsigned char u8;

enum {
    WORLD = 0x20000000, WORLD_SIZE = 0x200000, SHADOW = 0x30000000,
    CODE = WORLD, CODE_SIZE = 0x4000, SKIP = WORLD + 0x80000,
    FAULTS = WORLD + 0x90000, FAULTS_SIZE = 0x40000, FAULT_ENTRY = 64,
    CONTROL = WORLD + 0x50000,
    FAULTS_CURSOR = CONTROL + 24, FAULT_COUNT = CONTROL + 28, LANDING = CONTROL + 32, DEMAND_COUNT = CONTROL + 40,
    EXIT_VECTOR = 0x81, UNMAP_VECTOR = 0x82, INT = 0xcd,
    PAGE = 4096,
};
enum { SYS_EXIT = 1, SYS_READ = 3, SYS_WRITE = 4, SYS_FTRUNCATE = 93, SYS_SETITIMER = 104, SYS_MPROTECT = 125,
       SYS_RT_SIGRETURN = 173, SYS_RT_SIGACTION = 174, SYS_SIGALTSTACK = 186, SYS_MMAP2 = 192,
       SYS_SET_THREAD_AREA = 243, SYS_MEMFD_CREATE = 356 };
enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, PROT_DEMAND = 8, MAP_SHARED = 1, MAP_FIXED = 16 };
enum { SIGILL = 4, SIGTRAP = 5, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11, SIGALRM = 14 };
enum { SA_SIGINFO = 4, SA_RESTORER = 0x04000000, SA_ONSTACK = 0x08000000, SA_NODEFER = 0x40000000 };
enum { PAGE_FAULT = 14, GENERAL_PROTECTION = 13, BREAKPOINT = 3, OVERFLOW = 4 };
enum { SECONDS_FOR_A_CASE = 5 };

/* Source: Linux, arch/x86/include/uapi/asm/sigcontext.h (32-bit) and ucontext.h. */
struct registers {
    u32 gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax, trapno, err, eip, cs, eflags, esp_at_signal, ss,
        fpstate, oldmask, cr2;
};
struct context {
    u32 flags, link, stack, stack_flags, stack_size;
    struct registers at;
};

static u32 call(u32 number, u32 a, u32 b, u32 c, u32 d, u32 e, u32 f)
{
    u32 result;
    u32 six[6] = {a, b, c, d, e, f};
    __asm__ volatile("pushl %%ebp; movl 20(%%esi), %%ebp; movl 16(%%esi), %%edi; pushl 12(%%esi); movl 8(%%esi), %%edx;"
                     "movl 4(%%esi), %%ecx; movl (%%esi), %%ebx; popl %%esi; int $0x80; popl %%ebp"
                     : "=a"(result) : "a"(number), "S"(six) : "ebx", "ecx", "edx", "edi", "memory");
    return result;
}

static u32 *word_at(u32 address) { return (u32 *)address; }

static void leave(int status)
{
    call(SYS_EXIT, status, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}

/* All of it; 0 at the end of the input. */
static int take(void *to, u32 length)
{
    u32 done = 0;
    while (done < length) {
        int got = call(SYS_READ, 0, (u32)to + done, length - done, 0, 0, 0);
        if (got < 0)
            leave(3);
        if (got == 0)
            return 0;
        done += got;
    }
    return 1;
}

static u32 take_word(void)
{
    u32 word;
    if (!take(&word, 4))
        leave(4);
    return word;
}

static void give(const void *from, u32 length)
{
    u32 done = 0;
    while (done < length) {
        int put = call(SYS_WRITE, 1, (u32)from + done, length - done, 0, 0, 0);
        if (put <= 0)
            leave(5);
        done += put;
    }
}

static u32 demand_page, read_only_page, timed_out;
u32 fs_selector, gs_selector;
u32 back_esp, back_ebp;
static u8 alternate_stack[65536] __attribute__((aligned(16)));

void finished(void);

static void demand(u32 protection) { call(SYS_MPROTECT, demand_page, PAGE, protection, 0, 0, 0); }

static void log_fault(const struct registers *at)
{
    u32 *entry = word_at(*word_at(FAULTS_CURSOR));
    const u32 values[14] = {at->trapno, at->err, at->trapno == PAGE_FAULT ? at->cr2 : 0, at->eip, at->eflags, at->esp,
                            at->edi, at->esi, at->ebp, 0, at->ebx, at->edx, at->ecx, at->eax};
    for (int i = 0; i < 14; i++)
        entry[i] = values[i];
    u32 next = *word_at(FAULTS_CURSOR) + FAULT_ENTRY;
    *word_at(FAULTS_CURSOR) = next < FAULTS + FAULTS_SIZE ? next : FAULTS;
    ++*word_at(FAULT_COUNT);
}

void handle(int signal, void *info, struct context *context)
{
    struct registers *at = &context->at;
    (void)info;
    if (signal == SIGALRM) {
        timed_out = 1;
        at->eip = (u32)finished;
        return;
    }
    int in_code = at->eip - CODE < CODE_SIZE;
    if (at->trapno == GENERAL_PROTECTION && in_code && *(u8 *)at->eip == INT) {
        u8 vector = *(u8 *)(at->eip + 1);
        if (vector == EXIT_VECTOR) {
            at->eip = (u32)finished;
            return;
        }
        if (vector == UNMAP_VECTOR) {
            demand(PROT_NONE);
            at->eip += 2;
            return;
        }
    }
    log_fault(at);
    at->ds = at->es = at->ss;
    at->fs = fs_selector;
    at->gs = gs_selector;
    if (at->trapno == PAGE_FAULT && (at->cr2 & -PAGE) == demand_page && (at->err & 1) == 0) {
        demand(PROT_READ | PROT_WRITE);
        ++*word_at(DEMAND_COUNT);
        return;
    }
    if (at->trapno == BREAKPOINT || at->trapno == OVERFLOW)
        return;
    at->eip = in_code ? word_at(SKIP)[at->eip - CODE] : *word_at(LANDING);
}

/* A signal comes with the case's segment registers: take our own before any C. */
__asm__("enter_handler:\n"
        "  movl %ss, %eax\n  movl %eax, %ds\n  movl %eax, %es\n"
        "  jmp handle\n"
        "restorer:\n  movl $173, %eax\n  int $0x80\n"
        "finished:\n"
        "  movl %ss, %eax\n  movl %eax, %ds\n  movl %eax, %es\n  cld\n"
        "  movl back_esp, %esp\n  movl back_ebp, %ebp\n"
        "  popl %edi\n  popl %esi\n  popl %ebx\n  ret\n");
void enter_handler(void);
void restorer(void);

/* FPU and SSE as after a reset. */
struct { u8 bytes[512]; } reset_state __attribute__((aligned(16)));

void run_case(u32 entry);
__asm__("run_case:\n"
        "  movl 4(%esp), %eax\n"
        "  pushl %ebx\n  pushl %esi\n  pushl %edi\n"
        "  movl %esp, back_esp\n  movl %ebp, back_ebp\n"
        "  movl fs_selector, %ecx\n  movl %ecx, %fs\n  movl gs_selector, %ecx\n  movl %ecx, %gs\n"
        "  fxrstor reset_state\n"
        "  jmp *%eax\n");

static u32 segment(u32 base)
{
    u32 description[4] = {-1, base, 0xfffff, 0x51}; /* 32-bit, limit in pages, useable */
    if (call(SYS_SET_THREAD_AREA, (u32)description, 0, 0, 0, 0, 0) != 0)
        leave(6);
    return description[0] * 8 + 3;
}

static void catch_signals(void)
{
    u32 stack[3] = {(u32)alternate_stack, 0, sizeof alternate_stack};
    call(SYS_SIGALTSTACK, (u32)stack, 0, 0, 0, 0, 0);
    const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGALRM};
    for (u32 i = 0; i < sizeof signals / sizeof *signals; i++) {
        u32 action[5] = {(u32)enter_handler, SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_NODEFER, (u32)restorer, 0, 0};
        call(SYS_RT_SIGACTION, signals[i], (u32)action, 0, 8, 0, 0);
    }
}

static void set_alarm(u32 seconds)
{
    u32 timer[4] = {0, 0, seconds, 0};
    call(SYS_SETITIMER, 0, (u32)timer, 0, 0, 0, 0);
}

static u32 shadow_of(u32 address) { return address - WORLD + SHADOW; }

void _start(void)
{
    u32 file = call(SYS_MEMFD_CREATE, (u32) "fuzz", 0, 0, 0, 0, 0);
    call(SYS_FTRUNCATE, file, WORLD_SIZE, 0, 0, 0, 0);
    if (call(SYS_MMAP2, SHADOW, WORLD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) != SHADOW)
        leave(7);
    for (u32 regions = take_word(); regions > 0; regions--) {
        u32 start = take_word(), length = take_word(), protection = take_word(), offset = take_word();
        if (protection == PROT_DEMAND)
            demand_page = start;
        if (protection == PROT_READ)
            read_only_page = start;
        if (call(SYS_MMAP2, start, length, protection & ~PROT_DEMAND, MAP_SHARED | MAP_FIXED, file, offset / PAGE) != start)
            leave(8);
    }
    fs_selector = segment(take_word());
    gs_selector = segment(take_word());
    *(u32 *)&reset_state.bytes[0] = 0x37f;
    *(u32 *)&reset_state.bytes[24] = 0x1f80;
    catch_signals();
    u32 entry;
    while (take(&entry, 4)) {
        for (u32 at = SHADOW; at < SHADOW + WORLD_SIZE; at += 4)
            *word_at(at) = 0;
        for (u32 parts = take_word(); parts > 0; parts--) {
            u32 address = take_word(), length = take_word();
            take((void *)shadow_of(address), length);
        }
        demand(PROT_NONE);
        /* Linux enters a page when it is first touched: a write to it must find it there */
        (void)*(volatile u8 *)read_only_page;
        timed_out = 0;
        set_alarm(SECONDS_FOR_A_CASE);
        /* a stray pointer must find nothing there */
        call(SYS_MPROTECT, SHADOW, WORLD_SIZE, PROT_NONE, 0, 0, 0);
        run_case(entry);
        call(SYS_MPROTECT, SHADOW, WORLD_SIZE, PROT_READ | PROT_WRITE, 0, 0, 0);
        set_alarm(0);
        give(&timed_out, 4);
        for (u32 ranges = take_word(); ranges > 0; ranges--) {
            u32 address = take_word(), length = take_word();
            give((void *)shadow_of(address), length);
        }
    }
    leave(0);
}
