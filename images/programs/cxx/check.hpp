// Checks as ../posix/check.h has them, for C++.
#ifndef CXX_CHECK_HPP
#define CXX_CHECK_HPP

#include <iostream>
#include <string>

inline int failures = 0;

inline void check(const std::string &what, bool holds)
{
    failures += !holds;
    std::cout << (holds ? "PASS " : "FAIL ") << what << '\n';
}

template <typename Seen, typename Wanted>
void check_equal(const std::string &what, const Seen &seen, const Wanted &wanted)
{
    check(what, seen == wanted);
    if (!(seen == wanted))
        std::cout << "  " << seen << " instead of " << wanted << '\n';
}

inline int finish()
{
    std::cout << (failures == 0 ? "all passed" : "some failed") << std::endl;
    return failures != 0;
}

#endif
