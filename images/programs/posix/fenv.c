/* The floating-point environment is both of the processor's: the x87's and SSE's. */
#include <cpuid.h>
#include <fenv.h>
#include <stdint.h>
#include <sys/auxv.h>

#include "check.h"

enum { MXCSR_DEFAULT = 0x1f80, MXCSR_ROUND_SHIFT = 3 };

static uint32_t mxcsr(void)
{
    uint32_t value;

    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static void set_mxcsr(uint32_t value)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(value));
}

static uint16_t control_word(void)
{
    uint16_t value;

    __asm__ volatile("fnstcw %0" : "=m"(value));
    return value;
}

static void rounding(int mode, const char *name)
{
    fesetround(mode);
    printf("rounding %s\n", name);
    check_number("fegetround answers what was set", fegetround(), mode);
    check_number("the x87 has it", control_word() & 0xc00, mode);
    check_number("SSE has it", mxcsr() & 0x6000, mode << MXCSR_ROUND_SHIFT);
}

int main(void)
{
    fenv_t saved;
    uint32_t a, b, c, features;

    __cpuid(1, a, b, c, features);
    check_number("getauxval tells what the processor has", (uint32_t)getauxval(AT_HWCAP), features);
    check_number("rounding is to nearest at the start", fegetround(), FE_TONEAREST);
    check_number("no exception is raised at the start", fetestexcept(FE_ALL_EXCEPT), 0);

    rounding(FE_UPWARD, "upward");
    rounding(FE_DOWNWARD, "downward");
    rounding(FE_TOWARDZERO, "to zero");
    rounding(FE_TONEAREST, "to nearest");

    feraiseexcept(FE_DIVBYZERO);
    check_number("an exception that was raised is there", fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO);
    set_mxcsr(MXCSR_DEFAULT | FE_INEXACT);
    check_number("one of SSE is as well", fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO | FE_INEXACT);
    fegetenv(&saved);
    feclearexcept(FE_INEXACT);
    check_number("feclearexcept clears one and keeps the other", fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO);
    check_number("in SSE too", mxcsr() & FE_INEXACT, 0);
    feclearexcept(FE_ALL_EXCEPT);
    check_number("or all", fetestexcept(FE_ALL_EXCEPT), 0);
    fesetenv(&saved);
    check_number("fesetenv brings back what fegetenv saw", fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO | FE_INEXACT);
    fesetround(FE_UPWARD);
    fesetenv(FE_DFL_ENV);
    check_number("the default environment rounds to nearest", fegetround(), FE_TONEAREST);
    check_number("and has no exceptions", fetestexcept(FE_ALL_EXCEPT), 0);
    check_number("in SSE too", mxcsr(), MXCSR_DEFAULT);
    return finish();
}
