/*
 * exp2l in the place of musl's generic one, which multiplies by a logarithm of two that has only double's digits and so is
 * wrong by up to three units in the last place of a long double. This is right to within 0.55 of one.
 *
 * x = k + i/32 + z, so 2^x = 2^k * 2^(i/32) * 2^z: the second factor from a table with more digits than the result, the
 * third from its Taylor series. What is added to the table's value is below 1/30 of it, and rounding is all that is lost.
 */
#include "libm.h"

#define STEPS 32

static const struct {
	long double high;
	float low;
} power[STEPS] = {
	{0x8000000000000000p-63L, 0},
	{0x82cd8698ac2ba1d7p-63L, 0x1.f1523ap-66},
	{0x85aac367cc487b15p-63L, -0x1.d1b524p-66},
	{0x88980e8092da8527p-63L, 0x1.77e35ep-65},
	{0x8b95c1e3ea8bd6e7p-63L, -0x1.06e75ep-69},
	{0x8ea4398b45cd53c0p-63L, 0x1.6e00a2p-66},
	{0x91c3d373ab11c336p-63L, 0x1.fadb1cp-68},
	{0x94f4efa8fef70961p-63L, 0x1.7457d6p-66},
	{0x9837f0518db8a96fp-63L, 0x1.1ab48cp-65},
	{0x9b8d39b9d54e5539p-63L, -0x1.755fa2p-65},
	{0x9ef5326091a111aep-63L, -0x1.7dbb84p-65},
	{0xa27043030c496819p-63L, -0x1.9217ecp-65},
	{0xa5fed6a9b15138eap-63L, 0x1.cbd7f6p-67},
	{0xa9a15ab4ea7c0ef8p-63L, 0x1.507894p-65},
	{0xad583eea42a14ac6p-63L, 0x1.2602a4p-65},
	{0xb123f581d2ac2590p-63L, -0x1.e0bf20p-65},
	{0xb504f333f9de6484p-63L, 0x1.65f626p-65},
	{0xb8fbaf4762fb9ee9p-63L, 0x1.b87978p-67},
	{0xbd08a39f580c36bfp-63L, -0x1.5dfb82p-65},
	{0xc12c4cca66709456p-63L, 0x1.f115f6p-65},
	{0xc5672a115506daddp-63L, 0x1.f15686p-66},
	{0xc9b9bd866e2f27a3p-63L, -0x1.fc781cp-65},
	{0xce248c151f8480e4p-63L, -0x1.dca7c8p-67},
	{0xd2a81d91f12ae45ap-63L, 0x1.2248e6p-67},
	{0xd744fccad69d6af4p-63L, 0x1.cd345ep-66},
	{0xdbfbb797daf23755p-63L, 0x1.ec206ap-66},
	{0xe0ccdeec2a94e111p-63L, 0x1.962542p-69},
	{0xe5b906e77c8348a8p-63L, 0x1.e5e8f4p-67},
	{0xeac0c6e7dd24392fp-63L, -0x1.7e9452p-66},
	{0xefe4b99bdcdaf5cbp-63L, 0x1.195874p-65},
	{0xf5257d152486cc2cp-63L, 0x1.ee7432p-65},
	{0xfa83b2db722a033ap-63L, 0x1.f096ecp-65},
};

/* ln(2)^n / n! */
static const long double term[] = {
	0xb17217f7d1cf79acp-64L,
	0xf5fdeffc162c7543p-66L,
	0xe35846b82505fc5ap-68L,
	0x9d955b7dd273b94ep-70L,
	0xaec3ff3c53398884p-73L,
	0xa184897c363c3b7ap-76L,
	0xffe5fe2c45863436p-80L,
	0xb160111d2e411fecp-83L,
};

long double exp2l(long double x)
{
	union ldshape u = {x};
	int exponent = u.i.se & 0x7fff;

	if (exponent < 0x3fff - 65)
		return 1 + x;
	if (exponent >= 0x3fff + 13) {
		if (exponent == 0x7fff)
			return u.i.se >> 15 && u.i.m << 1 == 0 ? 0 : x + x;
		if (x >= 16384)
			return x * 0x1p16383L;
		if (x <= -16446)
			return fp_barrierl(0x1p-16382L) * 0x1p-16382L;
	}

	/* Exact, all three: no flag is raised that a result without rounding must not raise. */
	long double nearest = rintl(x * STEPS);
	long double z = x - nearest / STEPS;
	int index = (int)nearest;
	int i = index & (STEPS - 1);

	/* Of the digits that a subnormal result has not, those that scaling meets may all be zero. */
	if (x < -16382 && (i != 0 || z != 0))
		FORCE_EVAL(fp_barrierf(0x1p-126f) * 0x1p-126f);

	long double series = 0;
	for (int n = sizeof(term) / sizeof(term[0]) - 1; n >= 0; n--)
		series = series * z + term[n];
	long double high = power[i].high;
	return scalbnl(high + (power[i].low + high * (z * series)), (index - i) / STEPS);
}
