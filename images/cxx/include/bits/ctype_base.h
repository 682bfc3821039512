// Classes of characters as libstdc++.a has them in its tables (src/locale.c): sixteen bits, the first eight classes in the
// upper byte.
#ifndef NVX_CXX_CTYPE_BASE_H
#define NVX_CXX_CTYPE_BASE_H

namespace std _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION

struct ctype_base {
    typedef const int *__to_type;
    typedef unsigned short mask;

    static const mask upper = 1 << 8;
    static const mask lower = 1 << 9;
    static const mask alpha = 1 << 10;
    static const mask digit = 1 << 11;
    static const mask xdigit = 1 << 12;
    static const mask space = 1 << 13;
    static const mask print = 1 << 14;
    static const mask graph = alpha | digit | 1 << 2;
    static const mask cntrl = 1 << 1;
    static const mask punct = 1 << 2;
    static const mask alnum = alpha | digit;
#if __cplusplus >= 201103L
    static const mask blank = 1 << 0;
#endif
};

_GLIBCXX_END_NAMESPACE_VERSION
}

#endif
