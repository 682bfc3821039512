/*
 * Asks the processor that this runs on: executes single instructions as they come on standard input and writes what came of each.
 *
 * An instruction works on xmm0 and xmm1, mm0 and mm1, eax, or memory at [ebx], which holds what xmm1 does and is aligned to 16 bytes.
 * A record in: length and bytes of the instruction (16), MXCSR (4), eax (4), mm0, mm1 (16), xmm0 (16), xmm1 (16), offset of ebx (8).
 * A record out: number of the signal that it raised, or 0 (4), MXCSR (4), eax (4), status flags (4), mm0, x87 tag word (16), xmm0 (16).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

struct question {
    uint8_t length, code[15];
    uint32_t mxcsr, eax;
    uint64_t mm0, mm1;
    uint8_t xmm0[16], xmm1[16];
    uint64_t offset;
};
struct answer {
    uint32_t signal, mxcsr, eax, flags;
    uint64_t mm0, tags;
    uint8_t xmm0[16];
};

static volatile struct answer answer;
extern char recovered[];

static void caught(int signal, siginfo_t *info, void *context) {
    ucontext_t *machine = context;
    (void)info;
    answer.signal = signal;
    answer.mxcsr = machine->uc_mcontext.fpregs->mxcsr;
    memcpy((void *)answer.xmm0, machine->uc_mcontext.fpregs->_xmm, 16);
    machine->uc_mcontext.gregs[REG_RIP] = (greg_t)recovered;
    machine->uc_mcontext.fpregs->mxcsr = 0x1f80;
}

static void ask(const struct question *question, const void *code, const void *operand) {
    uint32_t mxcsr = question->mxcsr, after = 0, eax = question->eax, normal = 0x1f80;
    uint64_t mm0 = question->mm0, flags = 0;
    uint8_t environment[28], xmm0[16];
    memcpy(xmm0, question->xmm0, 16);
    memset((void *)&answer, 0, sizeof answer);
    __asm__ volatile(
        "emms\n movq %[mm0], %%mm0\n movq %[mm1], %%mm1\n emms\n"
        "movups %[xmm0], %%xmm0\n movups %[xmm1], %%xmm1\n"
        "mov %[eax], %%eax\n mov %[operand], %%rbx\n"
        "ldmxcsr %[mxcsr]\n call *%[code]\n"
        "pushfq\n pop %[flags]\n stmxcsr %[after]\n mov %%eax, %[eax]\n"
        "fnstenv %[environment]\n"
        "movups %%xmm0, %[xmm0]\n movq %%mm0, %[mm0]\n jmp 1f\n"
        ".globl recovered\nrecovered: fnstenv %[environment]\n add $8, %%rsp\n1: emms\n ldmxcsr %[normal]\n"
        : [mm0] "+m"(mm0), [xmm0] "+m"(xmm0), [eax] "+m"(eax), [flags] "+m"(flags), [after] "+m"(after),
          [environment] "=m"(environment)
        : [mm1] "m"(question->mm1), [xmm1] "m"(question->xmm1), [mxcsr] "m"(mxcsr), [normal] "m"(normal), [operand] "r"(operand),
          [code] "r"(code)
        : "rax", "rbx", "rcx", "rdx", "memory", "cc", "xmm0", "xmm1", "mm0", "mm1");
    if (answer.signal != 0) return;
    answer.mxcsr = after;
    answer.eax = eax;
    answer.flags = flags & 0x8d5;
    answer.mm0 = mm0;
    answer.tags = environment[8] | environment[9] << 8;
    memcpy((void *)answer.xmm0, xmm0, 16);
}

int main(void) {
    static char stack[65536];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
    const int signals[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGTRAP};
    uint8_t *page = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *operand = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct question question;
    sigaltstack(&alternate, 0);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);
    while (fread(&question, sizeof question, 1, stdin) == 1) {
        memset(page, 0xc3, 64);
        memcpy(page, question.code, question.length);
        memcpy(operand + question.offset, question.xmm1, 16);
        ask(&question, page, operand + question.offset);
        fwrite((const void *)&answer, sizeof answer, 1, stdout);
    }
    return 0;
}
