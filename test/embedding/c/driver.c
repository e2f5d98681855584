/* Calls the functions of oxd.h as its arguments say: pairs of a function and what it gets. For each that fails it prints
 * the status and the last line of the text. Any CPython's header will do. */
#define Py_LIMITED_API 0x030a0000
#include <Python.h>
#include <oxd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PyObject *answer(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    return PyLong_FromLong(42);
}

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "answers", NULL, -1, methods, NULL, NULL, NULL, NULL};

static PyObject *make_answers(void)
{
    return PyModule_Create(&definition);
}

/* The whole file, for ever. */
static int resources_bytes(oxd_config *config, const char *path)
{
    FILE *file = fopen(path, "rb");
    long length = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;
    char *bytes = malloc(length ? length : 1);
    if (file) {
        rewind(file);
        length = fread(bytes, 1, length, file);
        fclose(file);
    }
    return oxd_config_resources_bytes(config, file ? bytes : NULL, length);
}

static void report(int status)
{
    const char *text = oxd_error(), *last = strrchr(text, '\n');
    if (status != OXD_OK)
        printf("%d %s\n", status, last ? last + 1 : text);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    oxd_config *config = oxd_config_new();
    oxd_interpreter *python = NULL;
    int at;
    if (oxd_is_child())
        report(oxd_start(NULL, &python));
    for (at = 1; at + 1 < count; at += 2) {
        const char *name = arguments[at], *what = arguments[at + 1];
        if (strcmp(name, "file") == 0) {
            report(oxd_config_resources_file(config, what));
        } else if (strcmp(name, "bytes") == 0) {
            report(resources_bytes(config, what));
        } else if (strcmp(name, "module") == 0) {
            report(oxd_config_extension_module(config, *what ? what : NULL, make_answers));
        } else if (strcmp(name, "settings") == 0) {
            report(oxd_config_settings(config, what));
        } else if (strcmp(name, "start") == 0) {
            report(oxd_start(config, &python));
        } else if (strcmp(name, "start again") == 0) {
            oxd_interpreter *second;
            report(oxd_start(config, &second));
        } else if (strcmp(name, "run") == 0) {
            report(oxd_run_string(python, what));
        } else if (strcmp(name, "open") == 0) {
            FILE *file = fopen(what, "r");
            puts(file ? "opened" : "not opened");
            fflush(stdout);
            if (file)
                fclose(file);
        } else if (strcmp(name, "end") == 0) {
            report(oxd_finalize(python));
            python = NULL;
            oxd_config_free(config);
            config = oxd_config_new();
        } else if (strcmp(name, "exit") == 0) {
            return oxd_run(python);
        }
    }
    return 0;
}
