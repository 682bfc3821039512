/*
 * expm1l in the place of musl's generic one, which for the last numbers before it overflows scales by 2^16384, which is
 * infinite, and answers not a number. There 1 is far below the last place of e^x, so expl has the answer.
 */
#include <math.h>
#include "libm.h"

hidden long double generic_expm1l(long double);
#define expm1l generic_expm1l
#include "../expm1l.c"
#undef expm1l

long double expm1l(long double x)
{
	return isgreater(x, 11355) ? expl(x) : generic_expm1l(x);
}
