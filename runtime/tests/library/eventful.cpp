// Tells a file, named by OXD_TEST_LOG, what happens to this library and in which order.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Large enough for its code to stay in the executable.
asm(".pushsection .text\n.skip 400000, 0x90\n.popsection");

static void say(const char *text) {
    const char *log = getenv("OXD_TEST_LOG");
    int fd = log ? open(log, O_WRONLY | O_APPEND | O_CREAT, 0644) : -1;
    if (fd < 0) return;
    if (write(fd, text, strlen(text)) < 0 || write(fd, "\n", 1) < 0) abort();
    close(fd);
}

static thread_local int in_thread = 2;

static struct Static {
    Static() { say("static object"); }
    ~Static() { say("static object is gone"); }
} object;

static void at_exit() { say("atexit"); }

extern "C" {

void first() { say("DT_INIT"); }
void last() { say("DT_FINI"); }

__attribute__((constructor(101))) void early(int count, char **arguments, char **variables) {
    bool complete = count > 0 && arguments[0] && !arguments[count] && variables == environ;
    say(complete ? "constructor with the program's arguments" : "constructor without arguments");
    atexit(at_exit);
}

__attribute__((constructor)) void late() {
    Dl_info found;
    // The very name by which it was opened.
    say(dladdr((void *)late, &found) && strstr(found.dli_fname, "eventful.so") ? "it has its name" : "it has no name");
    void *own = dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    say(own ? "it finds itself" : "it does not find itself");
    if (own) dlclose(own);
    const char *other = getenv("OXD_TEST_OTHER");
    void *opened = other ? dlopen(other, RTLD_NOW) : 0;
    int (*answer)() = opened ? (int (*)())dlsym(opened, "answer") : 0;
    say(answer && answer() == 42 ? "it opened another" : "it opened none");
}

__attribute__((destructor)) void before_it_goes() { say("destructor"); }

int answer() {
    try {
        throw 40;
    } catch (int caught) {
        return caught + in_thread;
    }
}
}
