/*
 * Leaving the interpreter without tearing it down, when NANVIX_SKIP_FINALIZATION=1 asks for it.
 *
 * The linker sends every call of Py_FinalizeEx here (--wrap). What a program can rely on is kept: threads that are not
 * daemons are joined, atexit handlers run, standard streams are flushed and a failure to do so gives status 120. What is
 * given up: no object is destroyed, so no __del__, weak reference callback or destructor of an extension runs at exit,
 * and files that were never closed are not flushed.
 */
#include <Python.h>

#include <stdlib.h>
#include <string.h>

int __real_Py_FinalizeEx(void);
int __wrap_Py_FinalizeEx(void);

/* Calls a function of a module without arguments if the module has been imported. Errors are printed, as CPython does. */
static void call_if_imported(const char *module_name, const char *function)
{
    PyObject *name = PyUnicode_FromString(module_name);
    PyObject *module = name == NULL ? NULL : PyImport_GetModule(name);
    Py_XDECREF(name);
    if (module == NULL) {
        PyErr_Clear();
        return;
    }
    PyObject *result = PyObject_CallMethod(module, function, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(module);
    Py_XDECREF(result);
    Py_DECREF(module);
}

/* Flushes sys.stdout or sys.stderr; -1 if that fails. A stream that is closed or None has nothing to lose. */
static int flush(const char *stream_name)
{
    PyObject *stream = PySys_GetObject(stream_name);
    if (stream == NULL || stream == Py_None)
        return 0;
    PyObject *closed = PyObject_GetAttrString(stream, "closed");
    int is_closed = closed == NULL ? 0 : PyObject_IsTrue(closed);
    Py_XDECREF(closed);
    PyErr_Clear();
    if (is_closed > 0)
        return 0;
    PyObject *result = PyObject_CallMethod(stream, "flush", NULL);
    if (result == NULL) {
        PyErr_WriteUnraisable(stream);
        return -1;
    }
    Py_DECREF(result);
    return 0;
}

int __wrap_Py_FinalizeEx(void)
{
    const char *skip = getenv("NANVIX_SKIP_FINALIZATION");
    if (skip == NULL || strcmp(skip, "1") != 0 || !Py_IsInitialized())
        return __real_Py_FinalizeEx();
    call_if_imported("threading", "_shutdown");
    call_if_imported("atexit", "_run_exitfuncs");
    int failed = flush("stdout");
    failed |= flush("stderr");
    return failed;
}
