/*
 * sinh in the place of musl's, for `python-full`. musl's generic one is one unit in the last place off at 1, and gcc, which
 * computes sinh(-1) while it compiles mathmodule.c, is not: math.sinh(1) + math.sinh(-1) would not be 0. Here instead of in
 * images/musl, so that hello's Python stays as it is.
 */
#include <math.h>

double sinh(double x)
{
    return sinhl(x);
}
