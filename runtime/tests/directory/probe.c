/* Calls every function that runtime/src/directory answers on paths below `root` and writes what came of it, one line a
   call. Run on a read-only folder and on the same folder packed, the two texts must be equal. As a program it takes the
   folder; as a library it is loaded into the executable under test. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <spawn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

static FILE *out;
static const char *root;
static char outside[PATH_MAX];

static const char *error_name(int number) {
    const char *name = strerrorname_np(number);
    return name ? name : "?";
}

/* One line: what was called on what, and the result or the error. */
static void line(const char *call, const char *path, long result) {
    int number = errno;
    if (result == -1)
        fprintf(out, "%s %s: %s\n", call, path, error_name(number));
    else
        fprintf(out, "%s %s: %ld\n", call, path, result);
}

/* For calls whose success has no number worth comparing. */
static void outcome(const char *call, const char *path, int failed) {
    int number = errno;
    fprintf(out, "%s %s: %s\n", call, path, failed ? error_name(number) : "ok");
}

static void status(const char *call, const char *path, int result, const struct stat *found) {
    if (result) {
        outcome(call, path, 1);
        return;
    }
    fprintf(out, "%s %s: mode %o", call, path, found->st_mode);
    if (S_ISREG(found->st_mode)) fprintf(out, " size %ld", (long)found->st_size);
    fprintf(out, " mtime %ld.%ld\n", (long)found->st_mtim.tv_sec, (long)found->st_mtim.tv_nsec);
}

static void try_descriptor(const char *call, const char *path, int fd) {
    struct stat found;
    char bytes[64];
    if (fd < 0) {
        outcome(call, path, 1);
        return;
    }
    status(call, path, fstat(fd, &found), &found);
    line("  flags", path, fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
    line("  close-on-exec", path, fcntl(fd, F_GETFD));
    line("  write", path, write(fd, "x", 1));
    if (S_ISREG(found.st_mode)) {
        line("  read", path, read(fd, bytes, sizeof bytes));
        line("  end", path, lseek(fd, 0, SEEK_END));
        line("  pread", path, pread(fd, bytes, 3, 2));
        outcome("  ftruncate", path, ftruncate(fd, 0));
        void *shared = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
        outcome("  mmap", path, shared == MAP_FAILED);
        shared = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        outcome("  mmap for writing", path, shared == MAP_FAILED);
    }
    outcome("  fchmod", path, fchmod(fd, 0777));
    outcome("  fchown", path, fchown(fd, 0, 0));
    outcome("  futimens", path, futimens(fd, 0));
    int copy = dup(fd);
    status("  dup", path, fstat(copy, &found), &found);
    close(copy);
    close(fd);
}

static void try_open(const char *path, const char *shown) {
    static const struct { int flags; const char *name; } modes[] = {
        {O_RDONLY, "O_RDONLY"}, {O_RDONLY | O_CLOEXEC, "O_CLOEXEC"}, {O_RDONLY | O_NONBLOCK, "O_NONBLOCK"},
        {O_WRONLY, "O_WRONLY"}, {O_RDWR, "O_RDWR"}, {O_WRONLY | O_APPEND, "O_APPEND"},
        {O_RDONLY | O_CREAT, "O_RDONLY|O_CREAT"}, {O_WRONLY | O_CREAT, "O_WRONLY|O_CREAT"},
        {O_RDONLY | O_CREAT | O_EXCL, "O_RDONLY|O_EXCL"}, {O_RDWR | O_CREAT | O_EXCL, "O_RDWR|O_EXCL"},
        {O_RDONLY | O_TRUNC, "O_RDONLY|O_TRUNC"}, {O_WRONLY | O_CREAT | O_TRUNC, "O_WRONLY|O_CREAT|O_TRUNC"},
        {O_RDONLY | O_DIRECTORY, "O_DIRECTORY"}, {O_WRONLY | O_DIRECTORY, "O_WRONLY|O_DIRECTORY"},
        {O_RDWR | O_TMPFILE, "O_TMPFILE"}, {O_RDONLY | O_NOFOLLOW, "O_NOFOLLOW"},
    };
    char call[64];
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        snprintf(call, sizeof call, "open %s", modes[i].name);
        try_descriptor(call, shown, open(path, modes[i].flags, 0644));
    }
    outcome("open O_PATH", shown, open(path, O_PATH) < 0);
    try_descriptor("creat", shown, creat(path, 0644));
    static const char *const fortified[] = {"__open_2", "__open64_2"};
    for (int i = 0; i < 2; i++) {
        int (*call)(const char *, int) = dlsym(RTLD_DEFAULT, fortified[i]);
        try_descriptor(fortified[i], shown, call(path, O_RDONLY));
    }
}

static void try_fopen(const char *path, const char *shown) {
    static const char *const modes[] = {"r", "rb", "re", "r+", "w", "a", "wx", "rb,ccs=UTF-8", "?"};
    char call[64], text[64];
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        snprintf(call, sizeof call, "fopen %s", modes[i]);
        FILE *file = fopen(path, modes[i]);
        outcome(call, shown, !file);
        if (!file) continue;
        line("  fread", shown, fread(text, 1, sizeof text, file));
        fclose(file);
    }
    FILE *file = freopen(path, "r", fopen("/dev/null", "r"));
    outcome("freopen", shown, !file);
    if (!file) return;
    line("  fread", shown, fread(text, 1, sizeof text, file));
    fclose(file);
}

static void try_stat(const char *path, const char *shown) {
    struct stat found;
    status("stat", shown, stat(path, &found), &found);
    status("lstat", shown, lstat(path, &found), &found);
    status("fstatat", shown, fstatat(AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW), &found);
    static const char *const old[] = {"__xstat", "__xstat64", "__lxstat", "__lxstat64"};
    for (int i = 0; i < 4; i++) {
        int (*call)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, old[i]);
        status(old[i], shown, call(1, path, &found), &found);
    }
    struct statx extended;
    int failed = statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &extended);
    outcome("statx", shown, failed);
    if (!failed) fprintf(out, "  mode %o mtime %ld\n", extended.stx_mode, (long)extended.stx_mtime.tv_sec);
    struct statvfs system;
    failed = statvfs(path, &system);
    outcome("statvfs", shown, failed);
    if (!failed) line("  read-only", shown, system.f_flag & ST_RDONLY);
    for (int mode = 0; mode < 9; mode++) {
        char call[32];
        snprintf(call, sizeof call, "access %d", mode);
        outcome(call, shown, access(path, mode));
        outcome("  faccessat", shown, faccessat(AT_FDCWD, path, mode, AT_EACCESS));
        outcome("  euidaccess", shown, euidaccess(path, mode & 7));
    }
    line("pathconf", shown, pathconf(path, _PC_NAME_MAX));
}

static void try_links(const char *path, const char *shown) {
    char text[PATH_MAX], *found;
    line("readlink", shown, readlink(path, text, sizeof text));
    found = realpath(path, text);
    outcome("realpath", shown, !found);
    if (found) fprintf(out, "  %s\n", found + strlen(root));
    found = canonicalize_file_name(path);
    if (found) fprintf(out, "  %s\n", found + strlen(root));
    free(found);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted: a real folder has no order of its own. */
static void list(const char *call, const char *shown, DIR *directory) {
    char *names[64];
    int count = 0;
    outcome(call, shown, !directory);
    if (!directory) return;
    for (struct dirent *entry; count < 64 && (errno = 0, entry = readdir(directory));)
        if (asprintf(&names[count], "%s type %d", entry->d_name, entry->d_type) > 0) count++;
    line("  errno at the end", shown, errno);
    qsort(names, count, sizeof *names, by_name);
    for (int i = 0; i < count; i++) {
        fprintf(out, "  %s\n", names[i]);
        free(names[i]);
    }
    rewinddir(directory);
    readdir(directory);
    long place = telldir(directory);
    struct dirent *second = readdir(directory);
    char name[NAME_MAX + 1] = "";
    if (second) strcpy(name, second->d_name);
    seekdir(directory, place);
    second = readdir(directory);
    line("  seekdir", shown, second ? strcmp(second->d_name, name) : *name != 0);
    struct stat found;
    status("  dirfd", shown, fstat(dirfd(directory), &found), &found);
    line("  closedir", shown, closedir(directory));
}

static int count_visits;
static char *visits[128];

static int visit(const char *path, const struct stat *found, int type, struct FTW *position) {
    (void)found;
    if (count_visits < 128 &&
        asprintf(&visits[count_visits], "%s type %d base %d level %d", path + strlen(root), type,
                 position->base - (int)strlen(root), position->level) > 0)
        count_visits++;
    return 0;
}

static void try_listings(const char *path, const char *shown) {
    list("opendir", shown, opendir(path));
    int fd = open(path, O_RDONLY);
    DIR *opened = fdopendir(fd);
    list("fdopendir", shown, opened);
    if (!opened) close(fd);
    struct dirent **entries;
    int count = scandir(path, &entries, 0, alphasort);
    line("scandir", shown, count);
    for (int i = 0; i < count; i++) {
        fprintf(out, "  %s\n", entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    for (int flags = 0; flags <= FTW_DEPTH; flags += FTW_DEPTH) {
        count_visits = 0;
        outcome(flags ? "nftw FTW_DEPTH" : "nftw", shown, nftw(path, visit, 8, flags | FTW_PHYS));
        qsort(visits, count_visits, sizeof *visits, by_name);
        for (int i = 0; i < count_visits; i++) {
            fprintf(out, "  %s\n", visits[i]);
            free(visits[i]);
        }
    }
    static const char *const patterns[] = {"/*", "/*/*", "/f?le", "*", "/[a-d]*", "/nothing*"};
    for (unsigned i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char pattern[PATH_MAX];
        glob_t found;
        snprintf(pattern, sizeof pattern, "%s%s", path, patterns[i]);
        line("glob", patterns[i], glob(pattern, GLOB_MARK, 0, &found));
        for (size_t j = 0; j < found.gl_pathc; j++) fprintf(out, "  %s\n", found.gl_pathv[j] + strlen(root));
        globfree(&found);
    }
}

#include "hierarchy.c"
#include "twins.c"

static void try_changes(const char *path, const char *shown) {
    char template[PATH_MAX];
    outcome("mkdir", shown, mkdir(path, 0755));
    outcome("rmdir", shown, rmdir(path));
    outcome("unlink", shown, unlink(path));
    outcome("remove", shown, remove(path));
    outcome("symlink", shown, symlink("x", path));
    outcome("mknod", shown, mknod(path, S_IFREG | 0644, 0));
    outcome("mkfifo", shown, mkfifo(path, 0644));
    outcome("rename out", shown, rename(path, outside));
    outcome("rename in", shown, rename("/dev/null", path));
    outcome("link out", shown, link(path, outside));
    outcome("link in", shown, link("/dev/null", path));
    outcome("chmod", shown, chmod(path, 0777));
    outcome("chown", shown, chown(path, 0, 0));
    outcome("lchown", shown, lchown(path, 0, 0));
    outcome("utime", shown, utime(path, 0));
    outcome("utimes", shown, utimes(path, 0));
    outcome("utimensat", shown, utimensat(AT_FDCWD, path, 0, AT_SYMLINK_NOFOLLOW));
    outcome("truncate", shown, truncate(path, 0));
    snprintf(template, sizeof template, "%s/XXXXXX", path);
    outcome("mkdtemp", shown, !mkdtemp(template));
    snprintf(template, sizeof template, "%s/XXXXXX", path);
    outcome("mkstemp", shown, mkstemp(template) < 0);
    char value[16];
    line("getxattr", shown, getxattr(path, "user.none", value, sizeof value));
    line("listxattr", shown, listxattr(path, value, sizeof value));
    outcome("setxattr", shown, setxattr(path, "user.none", "x", 1, 0));
    outcome("removexattr", shown, removexattr(path, "user.none"));
}

/* The same again, relative to the descriptor of the folder. */
static void try_relative(int folder, const char *path, const char *shown) {
    struct stat found;
    try_descriptor("openat", shown, openat(folder, path, O_RDONLY));
    try_descriptor("openat O_CREAT", shown, openat(folder, path, O_WRONLY | O_CREAT, 0644));
    status("fstatat relative", shown, fstatat(folder, path, &found, 0), &found);
    outcome("faccessat relative", shown, faccessat(folder, path, R_OK, 0));
    outcome("mkdirat", shown, mkdirat(folder, path, 0755));
    outcome("unlinkat", shown, unlinkat(folder, path, 0));
    outcome("fchmodat", shown, fchmodat(folder, path, 0755, 0));
    outcome("renameat", shown, renameat(folder, path, folder, "other"));
    outcome("linkat", shown, linkat(folder, path, folder, "other", 0));
    char text[64];
    line("readlinkat", shown, readlinkat(folder, path, text, sizeof text));
}

void probe(const char *folder, FILE *to) {
    static const char *const below[] = {
        "/file", "/file/", "/file/x", "/file/.", "/file/..", "/run", "/empty", "/dir", "/dir/", "/dir/.", "/dir/../file",
        "//dir//inner", "/dir/inner/..", "/dir/inner/deep/leaf", "/./dir/.//inner/../../file", "/none", "/none/",
        "/none/.", "/none/x", "/none/../file", "/dir/none", "/dir/none/x", "", "/", "/dir/..", "/.hidden",
    };
    char path[PATH_MAX + 64], name[NAME_MAX + 8];
    root = folder;
    out = to;
    snprintf(outside, sizeof outside, "/var/tmp/oxd-probe-%d", getpid());
    for (unsigned i = 0; i < sizeof below / sizeof *below; i++) {
        snprintf(path, sizeof path, "%s%s", root, below[i]);
        const char *shown = *below[i] ? below[i] : "the folder";
        try_open(path, shown);
        try_fopen(path, shown);
        try_stat(path, shown);
        try_links(path, shown);
        try_listings(path, shown);
        try_hierarchy(path, shown);
        try_twins_of_files(path, shown);
        try_twins_of_listings(path, shown);
        try_programs(path, shown);
        /* The folder itself is a mount point here, which the kernel refuses to change for that. */
        if (!below[i][strspn(below[i], "/")]) continue;
        try_changes(path, shown);
        try_twins_of_changes(path, shown);
    }
    memset(name, 'n', sizeof name);
    for (int length = NAME_MAX; length <= NAME_MAX + 1; length++) {
        snprintf(path, sizeof path, "%s/%.*s", root, length, name);
        outcome("open a long name", "", open(path, O_RDONLY) < 0);
        outcome("mkdir a long name", "", mkdir(path, 0755));
    }
    int length = snprintf(path, sizeof path, "%s/", root);
    for (; length < PATH_MAX; length += 2) memcpy(path + length, "./", 3);
    outcome("open a long path", "", open(path, O_RDONLY) < 0);

    int folders[] = {open(root, O_RDONLY | O_DIRECTORY), open(root, O_PATH)};
    for (unsigned i = 0; i < sizeof folders / sizeof *folders; i++) {
        for (unsigned j = 0; j < sizeof below / sizeof *below; j++) {
            const char *relative = below[j] + strspn(below[j], "/");
            try_relative(folders[i], relative, *relative ? relative : "nothing");
        }
        struct stat found;
        status("fstatat AT_EMPTY_PATH", "", fstatat(folders[i], "", &found, AT_EMPTY_PATH), &found);
        close(folders[i]);
    }
    fflush(out);
}

#ifdef PROGRAM
int main(int count, char **arguments) {
    if (count != 2) return 2;
    probe(arguments[1], stdout);
    return 0;
}
#endif
