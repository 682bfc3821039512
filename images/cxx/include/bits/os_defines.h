// What libstdc++ is to know of the system its headers are used on: the guest's, with musl, whose threads are always there.
#ifndef NVX_CXX_OS_DEFINES_H
#define NVX_CXX_OS_DEFINES_H

// Classes of characters are functions here, not macros.
#define __NO_CTYPE 1

#include <features.h>

#undef _GLIBCXX_HAVE_GETS
#define _GLIBCXX_NO_OBSOLETE_ISINF_ISNAN_DYNAMIC 1
#define _GLIBCXX_NATIVE_THREAD_ID pthread_self()
#define _GLIBCXX_GTHREAD_USE_WEAK 0

#endif
