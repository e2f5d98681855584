// Catches what thrower.cpp throws, by its type, and calls through its frames.
#include <stdexcept>
#include <string.h>

asm(".pushsection .text\n.skip 400000, 0x90\n.popsection");

struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};
extern "C" {
void fail();
int frames(void **to, int most);
}

static int unwound = 0;
struct Guard {
    ~Guard() { unwound = 1; }
};

/** An exception in a constructor: the library is not known to anybody yet. */
static struct Early {
    int caught = 0;
    Early() {
        try {
            fail();
        } catch (const Broken &) {
            caught = 1;
        }
    }
} early;

extern "C" {
int answer() {
    try {
        Guard guard;
        fail();
    } catch (const Broken &broken) {
        bool right = early.caught && unwound && !strcmp(broken.what(), "thrown in another library");
        return right ? 42 : 1;
    }
    return 0;
}

[[gnu::noinline]] int frames_above(void **to, int most) {
    int count = frames(to, most);
    asm volatile("");
    return count;
}
}
