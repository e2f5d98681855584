// What of C++ crosses from one packed library to another: exceptions, objects of threads, frames.
#include <execinfo.h>
#include <stdexcept>
#include <string>

asm(".pushsection .text\n.skip 400000, 0x90\n.popsection");

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

static int left;

/** Counts the threads that it has been in. */
struct PerThread {
    std::string text = "a text that is too long to be kept in the object itself";
    ~PerThread() { left++; }
};
static thread_local PerThread per_thread;

static int loaded = 0;
static struct Static {
    Static() { loaded++; }
} object;

extern "C" {
/** More than one means that data of an earlier life was there. */
int times_loaded() { return loaded; }
int threads_left() { return left; }
int use_thread() { return (int)per_thread.text.size(); }

[[gnu::noinline]] void fail() {
    throw Broken("thrown in another library");
}

[[gnu::noinline]] int frames(void **to, int most) {
    int count = backtrace(to, most);
    asm volatile("");
    return count;
}
}
