/*
 * Python in a program of another language: the libraries that oxd builds (docs/reference/embedding.md of oxd).
 *
 *     oxd_interpreter *python;
 *     if (oxd_start(NULL, &python) != OXD_OK) {
 *         fprintf(stderr, "%s\n", oxd_error());
 *         return 1;
 *     }
 *     return oxd_run(python);
 *
 * Functions that can fail return an oxd_status; oxd_error() has the text. Texts are UTF-8 and end with a zero. What is
 * passed in is copied, unless said otherwise. CPython's own functions are in the library as well: include its <Python.h>
 * to use them, and take the GIL with PyGILState_Ensure, for no thread holds it between these calls.
 */
#ifndef OXD_H
#define OXD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum oxd_status {
    OXD_OK = 0,
    /* A pointer is null or a text is not UTF-8. */
    OXD_INVALID_ARGUMENT = 1,
    /* This process has an interpreter; there is one at a time. */
    OXD_ALREADY_RUNNING = 2,
    /* The packed files are not there, cannot be read, or are damaged. */
    OXD_NO_RESOURCES = 3,
    /* The settings cannot be understood, are for another version of Python, or name an allocator that is not there. */
    OXD_BAD_SETTINGS = 4,
    /* An extension module cannot be added: there is one of that name. */
    OXD_BAD_EXTENSION_MODULE = 5,
    /* CPython does not start. */
    OXD_CANNOT_START = 6,
    /* CPython parsed the command line and wants the process to end. */
    OXD_EXIT = 7,
    /* Python code raised an exception; the text is its traceback. */
    OXD_EXCEPTION = 8,
    /* Not all that Python wrote to its standard streams could be passed on. */
    OXD_FLUSH = 9
} oxd_status;

/* What an interpreter is started with. Used by one thread at a time. */
typedef struct oxd_config oxd_config;

/* A running interpreter. It belongs to the thread that started it. */
typedef struct oxd_interpreter oxd_interpreter;

/* What makes an extension module: a PyInit_NAME function. `struct _object` is CPython's PyObject. */
struct _object;
typedef struct _object *(*oxd_module_init)(void);

/* The packed settings and resources, to be changed by the functions below. Give it back to oxd_config_free. */
oxd_config *oxd_config_new(void);
void oxd_config_free(oxd_config *config);

/* Takes resources from a file: a payload, or an executable or library that oxd built. */
int oxd_config_resources_file(oxd_config *config, const char *path);

/* Takes resources from memory, which must stay as it is until the process ends. */
int oxd_config_resources_bytes(oxd_config *config, const void *bytes, size_t length);

/* Settings that differ from the packed ones, as a JSON object with the names of oxd's image format, such as
 * {"optimizationLevel": 2, "run": {"mode": "module", "name": "http.server"}}. Later ones count. */
int oxd_config_settings(oxd_config *config, const char *json);

/* The command line, the program's name first; that of the process is the default. */
int oxd_config_arguments(oxd_config *config, int count, const char *const *arguments);

/* Adds an extension module of the program's own: interpreters of this config, and no others, import it as built in. */
int oxd_config_extension_module(oxd_config *config, const char *name, oxd_module_init init);

/*
 * Starts an interpreter; NULL is the packed config. The config stays the caller's. When the interpreter has ended,
 * another one can be started.
 *
 * Python code may start sys.executable, which is this program under another name: such a child acts as `python` here
 * and does not return. Call this early, or ask oxd_is_child before anything else is done.
 */
int oxd_start(const oxd_config *config, oxd_interpreter **started);
int oxd_is_child(void);

/* Runs statements in __main__, whose names stay for the next ones. */
int oxd_run_string(oxd_interpreter *interpreter, const char *code);

/* Runs what the config says and ends the interpreter, which is gone afterwards. Returns the exit code. */
int oxd_run(oxd_interpreter *interpreter);

/* Ends the interpreter, which is gone afterwards. NULL is fine. */
int oxd_finalize(oxd_interpreter *interpreter);

/* What went wrong in this thread's last failed call. Valid until its next one; never NULL. */
const char *oxd_error(void);

/* Such as "3.11". */
const char *oxd_python_version(void);

#ifdef __cplusplus
}
#endif

#endif
