// An extension module that is large enough for its code to stay in the executable, and what tests ask of native code.
#include <Python.h>
#include <signal.h>
#include <unistd.h>

__asm__(".pushsection .text\n.skip 400000, 0x90\n.popsection");

static const char constant[] = "a constant of the module that is large";

static PyObject *answer(PyObject *self, PyObject *none) { return PyUnicode_FromString(constant); }

__attribute__((noinline)) int stop_here(void) {
    raise(SIGTRAP);
    return 42;
}

static PyObject *trap(PyObject *self, PyObject *none) { return PyLong_FromLong(stop_here()); }

__attribute__((noinline)) int wait_here(void) {
    char byte;
    return (int)read(0, &byte, 1);
}

static PyObject *wait_for_input(PyObject *self, PyObject *none) { return PyLong_FromLong(wait_here()); }

__attribute__((noinline)) int crash_here(volatile int *at) { return *at + 1; }

static PyObject *crash(PyObject *self, PyObject *none) { return PyLong_FromLong(crash_here(0)); }

/** Where in memory its code is. */
static PyObject *address(PyObject *self, PyObject *none) { return PyLong_FromVoidPtr((void *)stop_here); }

static PyMethodDef methods[] = {
    {"answer", answer, METH_NOARGS, 0},
    {"trap", trap, METH_NOARGS, 0},
    {"wait_for_input", wait_for_input, METH_NOARGS, 0},
    {"crash", crash, METH_NOARGS, 0},
    {"address", address, METH_NOARGS, 0},
    {0},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "native", 0, -1, methods};

PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
