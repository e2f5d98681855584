// Stands between a program and the C library's allocator, and counts what is asked of it.
#include <errno.h>
#include <stddef.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static size_t watched_size, watched, aligned, total;

void watch(size_t size) { watched_size = size, watched = aligned = total = 0; }
size_t count_watched(void) { return watched; }
size_t count_aligned(void) { return aligned; }
size_t count_total(void) { return total; }

static void note(size_t size) {
  total++;
  if (size == watched_size) watched++;
}

void *malloc(size_t size) {
  note(size);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
  note(size);
  return __libc_realloc(pointer, size);
}

int posix_memalign(void **pointer, size_t alignment, size_t size) {
  note(size);
  aligned++;
  *pointer = __libc_memalign(alignment, size);
  return *pointer ? 0 : ENOMEM;
}
