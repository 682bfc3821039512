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

#ifdef NVX_MORE_MODULES
extern struct _inittab nvx_more_modules[];
#endif

int main(int argc, char **argv)
{
    PyConfig config;
    PyStatus status;

#ifdef NVX_FROZEN_ENCODINGS
    PyImport_FrozenModules = nvx_frozen_modules;
#endif
#ifdef NVX_MORE_MODULES
    if (PyImport_ExtendInittab(nvx_more_modules) < 0)
        return 1;
#endif
    PyConfig_InitPythonConfig(&config);
#ifdef NVX_MORE_MODULES
    /* Nothing can be executed, but much of the library wants a name. */
    status = PyConfig_SetBytesString(&config, &config.executable, "/bin/python3");
    if (PyStatus_Exception(status))
        Py_ExitStatusException(status);
#endif
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
