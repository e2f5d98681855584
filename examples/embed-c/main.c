/* A C program that has a module for Python, asks Python for something, and then lets it run the packed program. */
#include <oxd.h>
#include <stdio.h>
#include <stdlib.h>

static int fail(const char *doing)
{
    fprintf(stderr, "Cannot %s: %s\n", doing, oxd_error());
    return EXIT_FAILURE;
}

/* One interpreter that runs statements. */
static int greet(void)
{
    oxd_interpreter *python;
    if (oxd_start(NULL, &python) != OXD_OK)
        return fail("start Python");
    if (oxd_run_string(python, "import json\n"
                               "print(json.dumps({'greeting': 'Hello from C'}), flush=True)") != OXD_OK)
        return fail("greet");
    /* A mistake is an error with a text, not the end. */
    if (oxd_run_string(python, "1 / 0") != OXD_EXCEPTION)
        return fail("divide");
    if (oxd_finalize(python) != OXD_OK)
        return fail("end Python");
    return EXIT_SUCCESS;
}

/* Another one, with other settings, that runs the program of the config. */
static int run(int count, char **arguments)
{
    oxd_interpreter *python;
    int started;
    oxd_config *config = oxd_config_new();
    if (oxd_config_settings(config, "{\"optimizationLevel\": 1}") != OXD_OK)
        return fail("change a setting");
    if (oxd_config_arguments(config, count, (const char *const *)arguments) != OXD_OK)
        return fail("pass arguments");
    started = oxd_start(config, &python);
    oxd_config_free(config);
    if (started != OXD_OK)
        return fail("start Python again");
    return oxd_run(python);
}

int main(int count, char **arguments)
{
    if (greet() != EXIT_SUCCESS)
        return EXIT_FAILURE;
    return run(count, arguments);
}
