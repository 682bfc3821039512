/* Modules that are frozen into the program besides those that CPython freezes itself. */
#ifndef NVX_FROZEN_H
#define NVX_FROZEN_H

#include <Python.h>

/* For PyImport_FrozenModules: ends with an entry without a name. */
extern const struct _frozen nvx_frozen_modules[];

#endif
