/*
 * The package encodings, frozen into the program, so that Python starts without reading a file.
 *
 * CPython asks PyImport_FrozenModules before its own list; that it is a list of code objects in static memory, made by
 * CPython's own script deepfreeze.py, saves unmarshalling as it does for the modules that CPython freezes itself. The
 * generated file defines two functions that CPython's own such file defines too, so here they get other names.
 */
#define _Py_Deepfreeze_Init nvx_deepfreeze_init
#define _Py_Deepfreeze_Fini nvx_deepfreeze_fini
#include "deepfreeze.c"

#include "frozen.h"

#include "encodings.h"
#include "encodings.aliases.h"
#include "encodings.ascii.h"
#include "encodings.latin_1.h"
#include "encodings.utf_8.h"

/*
 * Names in static code objects have to be interned once before the code runs. CPython does it for its own when it starts; for these it happens when
 * the first of them is imported. NULL if there is no memory.
 */
static PyObject *interned(PyObject *(*get)(void))
{
    static int done;

    if (!done && nvx_deepfreeze_init() < 0)
        return NULL;
    done = 1;
    return get();
}

#define GETTER(name)                                  \
    static PyObject *get_##name(void)                 \
    {                                                 \
        return interned(_Py_get_##name##_toplevel);   \
    }

GETTER(encodings)
GETTER(encodings_aliases)
GETTER(encodings_ascii)
GETTER(encodings_latin_1)
GETTER(encodings_utf_8)

#define MODULE(name, identifier, is_package) \
    {name, _Py_M__##identifier, (int)sizeof(_Py_M__##identifier), is_package, get_##identifier}

const struct _frozen nvx_frozen_modules[] = {
    MODULE("encodings", encodings, 1),
    MODULE("encodings.aliases", encodings_aliases, 0),
    MODULE("encodings.ascii", encodings_ascii, 0),
    MODULE("encodings.latin_1", encodings_latin_1, 0),
    MODULE("encodings.utf_8", encodings_utf_8, 0),
    {NULL, NULL, 0, 0, NULL},
};
