// How libstdc++ names a C library's locale: musl's own, which has the name it was built with. (The tables that libstdc++.a
// looks for behind one are in src/locale.c.)
#ifndef NVX_CXX_LOCALE_H
#define NVX_CXX_LOCALE_H

#include <clocale>

#define _GLIBCXX_C_LOCALE_GNU 1
#define _GLIBCXX_NUM_CATEGORIES 6

namespace __gnu_cxx _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION
extern "C" __typeof(uselocale) __uselocale;
_GLIBCXX_END_NAMESPACE_VERSION
}

namespace std _GLIBCXX_VISIBILITY(default)
{
_GLIBCXX_BEGIN_NAMESPACE_VERSION

typedef locale_t __c_locale;

// Formats a number as that locale has it; answers its length.
inline int __convert_from_v(const __c_locale &locale, char *out, const int size, const char *format, ...)
{
    __c_locale before = __gnu_cxx::__uselocale(locale);
    __builtin_va_list arguments;

    __builtin_va_start(arguments, format);
    int length = __builtin_vsnprintf(out, size, format, arguments);
    __builtin_va_end(arguments);
    __gnu_cxx::__uselocale(before);
    return length;
}

_GLIBCXX_END_NAMESPACE_VERSION
}

#endif
