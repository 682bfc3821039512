// libstdc++'s own configuration, without what it found in the C library that it was built with and musl lacks.
#ifndef NVX_CXX_CONFIG_H
#define NVX_CXX_CONFIG_H

#include_next <bits/c++config.h>

#undef _GLIBCXX_USE_PTHREAD_COND_CLOCKWAIT
#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
#undef _GLIBCXX_USE_PTHREAD_RWLOCK_CLOCKLOCK
#undef _GLIBCXX_HAVE_OBSOLETE_ISINF
#undef _GLIBCXX_HAVE_OBSOLETE_ISNAN

#endif
