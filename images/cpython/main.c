/*
 * The Python program's main: initialize, ask for a snapshot if told to, run.
 *
 * CPython's own main initializes and runs in one go; the public API used here allows the snapshot between the two, with
 * no line of CPython changed.
 */
#include <Python.h>

#include <stdlib.h>
#include <string.h>

#include "frozen.h"
#include "snapshot.h"

int main(int argc, char **argv)
{
    PyConfig config;
    PyStatus status;

#ifdef NVX_FROZEN_ENCODINGS
    PyImport_FrozenModules = nvx_frozen_modules;
#endif
    PyConfig_InitPythonConfig(&config);
    status = PyConfig_SetBytesArgv(&config, argc, argv);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    /* -h and -V are answered while the command line is read: an exit, though no error. */
    if (PyStatus_IsExit(status))
        return status.exitcode;
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);

    const char *wanted = getenv("NANVIX_SNAPSHOT");
    if (wanted != NULL && strcmp(wanted, "1") == 0) {
        /* A kernel that takes none answers with an error, and the program goes on: it can't tell, and need not. */
        (void)nvx_snapshot();
    }
    return Py_RunMain();
}
