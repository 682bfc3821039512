"""Sums of money and digits of pi by decimal."""
from decimal import (Context, Decimal, DivisionByZero, Inexact, ROUND_HALF_EVEN, ROUND_HALF_UP, getcontext, localcontext)

CENT = Decimal('0.01')
prices = [Decimal('19.99'), Decimal('0.015'), Decimal('1e3')]
print([price.quantize(CENT, rounding=how) for price in prices for how in (ROUND_HALF_UP, ROUND_HALF_EVEN)])
print(sum(prices), Decimal('0.1') + Decimal('0.2') == Decimal('0.3'), f'{Decimal("1234567.891"):,.2f}')


def pi():
    """The recipe of decimal's own documentation."""
    getcontext().prec += 2
    lasts, t, s, n, na, d, da = 0, Decimal(3), 3, 1, 0, 0, 24
    while s != lasts:
        lasts = s
        n, na = n + na, na + 8
        d, da = d + da, da + 32
        t = (t * n) / d
        s += t
    getcontext().prec -= 2
    return +s


getcontext().prec = 60
print(pi())
with localcontext(Context(prec=40)) as context:
    print(Decimal(2).sqrt(), Decimal(1).exp(), Decimal(10).ln())
    context.traps[Inexact] = True
    try:
        Decimal(1) / 3
    except Inexact as error:
        print(error)
try:
    Decimal(1) / 0
except DivisionByZero as error:
    print(error)
print(hash(Decimal('1.5')) == hash(1.5), (Decimal(7) ** 300).adjusted(), Decimal('NaN').is_nan(), divmod(Decimal('-7.5'), 2))
print(pow(Decimal(3), 200, 10 ** 9 + 7), Decimal('123.4500').normalize(), Decimal(1.1).as_integer_ratio())
