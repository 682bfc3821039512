/*
 * The package encodings, frozen into a Python after 3.11, so that it starts without reading a file.
 *
 * CPython asks PyImport_FrozenModules before its own list. Its modules are byte code that is read when they are imported: code objects
 * in static memory, as frozen.c has them, are no more since 3.13.
 */
#include "frozen.h"

#include "encodings.h"
#include "encodings.aliases.h"
#include "encodings.ascii.h"
#include "encodings.latin_1.h"
#include "encodings.utf_8.h"

#define MODULE(text, identifier, package) \
    {.name = text, .code = _Py_M__##identifier, .size = (int)sizeof(_Py_M__##identifier), .is_package = package}

const struct _frozen nvx_frozen_modules[] = {
    MODULE("encodings", encodings, 1),
    MODULE("encodings.aliases", encodings_aliases, 0),
    MODULE("encodings.ascii", encodings_ascii, 0),
    MODULE("encodings.latin_1", encodings_latin_1, 0),
    MODULE("encodings.utf_8", encodings_utf_8, 0),
    {.name = NULL},
};
