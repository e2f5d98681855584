/* The part of probe.c for the other names of functions (64-bit, fortified, of older headers, relative to a descriptor)
   and for those that start programs. A name that this libc does not have is left out. */

static void *twin(const char *name) {
    static void *libc;
    if (!libc) libc = dlopen("libc.so.6", RTLD_LAZY);
    return dlsym(libc, name) ? dlsym(RTLD_DEFAULT, name) : 0;
}

/* Runs `statement` with `call` a function of this type, for each of the names. */
#define EACH(type, statement, ...)                                                  \
    do {                                                                            \
        static const char *const names[] = {__VA_ARGS__};                           \
        for (unsigned at = 0; at < sizeof names / sizeof *names; at++) {            \
            const char *name = names[at];                                           \
            __typeof__(type) *call = twin(name);                                    \
            if (call) statement;                                                    \
        }                                                                           \
    } while (0)

static void try_twins_of_files(const char *path, const char *shown) {
    char text[PATH_MAX];
    struct stat found;
    dev_t device = 0;
    EACH(int(const char *, int, ...), try_descriptor(name, shown, call(path, O_RDONLY)), "open64", "__open", "__open64");
    EACH(int(const char *, int, ...), try_descriptor(name, shown, call(path, O_WRONLY | O_CREAT, 0644)), "open64", "__open");
    EACH(int(int, const char *, int, ...), try_descriptor(name, shown, call(AT_FDCWD, path, O_RDONLY)), "openat64",
         "__openat_2", "__openat64_2");
    EACH(int(const char *, mode_t), outcome(name, shown, call(path, 0644) < 0), "creat64");
    EACH(int(const char *, struct stat *), status(name, shown, call(path, &found), &found), "stat64", "lstat64");
    EACH(int(int, const char *, struct stat *, int), status(name, shown, call(AT_FDCWD, path, &found, 0), &found), "fstatat64");
    EACH(int(int, int, const char *, struct stat *, int), status(name, shown, call(1, AT_FDCWD, path, &found, 0), &found),
         "__fxstatat", "__fxstatat64");
    int fd = open(path, O_RDONLY);
    EACH(int(int, struct stat *), status(name, shown, call(fd, &found), &found), "fstat64", "__fstat64");
    EACH(int(int, int, struct stat *), status(name, shown, call(1, fd, &found), &found), "__fxstat", "__fxstat64");
    struct statfs system;
    EACH(int(const char *, struct statfs *), line(name, shown, call(path, &system) ? -1 : system.f_flags & ST_RDONLY), "statfs",
         "statfs64", "__statfs");
    EACH(int(int, struct statfs *), line(name, shown, call(fd, &system) ? -1 : system.f_flags & ST_RDONLY), "fstatfs", "fstatfs64");
    struct statvfs file_system;
    EACH(int(const char *, struct statvfs *), line(name, shown, call(path, &file_system) ? -1 : file_system.f_flag & ST_RDONLY),
         "statvfs64");
    EACH(int(int, struct statvfs *), line(name, shown, call(fd, &file_system) ? -1 : file_system.f_flag & ST_RDONLY), "fstatvfs",
         "fstatvfs64");
    EACH(int(int, const struct timeval *), line(name, shown, call(fd, 0)), "futimes");
    if (fd >= 0) close(fd);
    EACH(int(const char *, int), line(name, shown, call(path, R_OK | X_OK)), "eaccess");
    EACH(ssize_t(const char *, char *, size_t, size_t), line(name, shown, call(path, text, 64, sizeof text)), "__readlink_chk");
    EACH(ssize_t(int, const char *, char *, size_t, size_t), line(name, shown, call(AT_FDCWD, path, text, 64, sizeof text)),
         "__readlinkat_chk");
    EACH(char *(const char *, char *, size_t), line(name, shown, call(path, text, sizeof text) ? strlen(text) - strlen(root) : -1),
         "__realpath_chk");
    EACH(FILE *(const char *, const char *, FILE *), {
        FILE *file = call(path, "r", fopen("/dev/null", "r"));
        outcome(name, shown, !file);
        if (file) fclose(file);
    }, "fopen64", "freopen64");
    EACH(int(int, const char *, mode_t, dev_t *), line(name, shown, call(0, path, S_IFREG, &device)), "__xmknod");
    EACH(int(int, int, const char *, mode_t, dev_t *), line(name, shown, call(0, AT_FDCWD, path, S_IFREG, &device)), "__xmknodat");
    fd = inotify_init();
    outcome("inotify_add_watch", shown, inotify_add_watch(fd, path, IN_MODIFY) < 0);
    close(fd);
}

static void try_twins_of_changes(const char *path, const char *shown) {
    char template[PATH_MAX], value[16];
    line("fchownat", shown, fchownat(AT_FDCWD, path, 0, 0, AT_SYMLINK_NOFOLLOW));
    line("symlinkat", shown, symlinkat("x", AT_FDCWD, path));
    line("mkfifoat", shown, mkfifoat(AT_FDCWD, path, 0644));
    line("mknodat", shown, mknodat(AT_FDCWD, path, S_IFREG | 0644, 0));
    line("truncate64", shown, truncate64(path, 0));
    line("renameat2", shown, renameat2(AT_FDCWD, path, AT_FDCWD, outside, RENAME_NOREPLACE));
    line("futimesat", shown, futimesat(AT_FDCWD, path, 0));
    line("lutimes", shown, lutimes(path, 0));
    line("lchmod", shown, lchmod(path, 0777));
    line("lgetxattr", shown, lgetxattr(path, "user.none", value, sizeof value));
    line("llistxattr", shown, llistxattr(path, value, sizeof value));
    line("lsetxattr", shown, lsetxattr(path, "user.none", "x", 1, 0));
    line("lremovexattr", shown, lremovexattr(path, "user.none"));
    EACH(int(char *, int, int), {
        snprintf(template, sizeof template, "%s/XXXXXX%s", path, strstr(name, "temps") ? ".c" : "");
        line(name, shown, call(template, strstr(name, "temps") ? 2 : O_CLOEXEC, O_CLOEXEC));
    }, "mkostemp", "mkostemp64", "mkstemp64", "mkstemps", "mkstemps64", "mkostemps", "mkostemps64");
}

static int count_entries(const char *path, const struct stat *found, int type) {
    count_visits++;
    return 0;
}

static int count_with_place(const char *path, const struct stat *found, int type, struct FTW *place) {
    count_visits++;
    return 0;
}

static void try_twins_of_listings(const char *path, const char *shown) {
    struct dirent **entries, room, *entry;
    EACH(struct dirent *(DIR *), {
        DIR *directory = opendir(path);
        long count = 0;
        while (directory && call(directory)) count++;
        line(name, shown, count);
        if (directory) closedir(directory);
    }, "readdir64");
    EACH(int(DIR *, struct dirent *, struct dirent **), {
        DIR *directory = opendir(path);
        long count = 0;
        while (directory && !call(directory, &room, &entry) && entry) count++;
        line(name, shown, count);
        if (directory) closedir(directory);
    }, "readdir_r", "readdir64_r");
    EACH(int(const char *, struct dirent ***, void *, void *), {
        int count = call(path, &entries, 0, alphasort);
        line(name, shown, count);
        for (int i = 0; i < count; i++) free(entries[i]);
        if (count >= 0) free(entries);
    }, "scandir64");
    EACH(int(int, const char *, struct dirent ***, void *, void *), {
        int count = call(AT_FDCWD, path, &entries, 0, alphasort);
        line(name, shown, count);
        for (int i = 0; i < count; i++) free(entries[i]);
        if (count >= 0) free(entries);
    }, "scandirat", "scandirat64");
    EACH(int(const char *, void *, int), {
        count_visits = 0;
        outcome(name, shown, call(path, count_entries, 8));
        line("  visits", shown, count_visits);
    }, "ftw", "ftw64");
    EACH(int(const char *, void *, int, int), {
        count_visits = 0;
        outcome(name, shown, call(path, count_with_place, 8, FTW_PHYS));
        line("  visits", shown, count_visits);
    }, "nftw64");
    EACH(int(const char *, int, void *, glob_t *), {
        glob_t found;
        char pattern[PATH_MAX];
        snprintf(pattern, sizeof pattern, "%s/*", path);
        line(name, shown, call(pattern, 0, 0, &found));
        line("  matches", shown, found.gl_pathc);
        globfree(&found);
    }, "glob64");
    EACH(ssize_t(int, void *, size_t), {
        char records[4096];
        int fd = open(path, O_RDONLY);
        long count = 0;
        ssize_t bytes = call(fd, records, sizeof records);
        for (ssize_t at = 0; at < bytes; at += ((struct dirent *)(records + at))->d_reclen) count++;
        line(name, shown, bytes < 0 ? -1 : count);
        if (fd >= 0) close(fd);
    }, "getdents64");
    char *const roots[] = {(char *)path, 0};
    FTS *(*open64)(char *const *, int, void *) = twin("fts64_open");
    FTSENT *(*read64)(FTS *) = twin("fts64_read"), *(*children64)(FTS *, int) = twin("fts64_children");
    int (*set64)(FTS *, FTSENT *, int) = twin("fts64_set"), (*close64)(FTS *) = twin("fts64_close");
    FTS *walk = open64 ? open64(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_entry_name) : 0;
    for (FTSENT *found; walk && (found = read64(walk));) {
        if (found->fts_info == FTS_D) line("  children", shown, children64(walk, 0) != 0);
        line("  set", shown, set64(walk, found, FTS_NOINSTR));
    }
    if (walk) line("fts64_close", shown, close64(walk));
}

enum program { EXECL, EXECLE, EXECLP, EXECV, EXECVE, EXECVP, EXECVPE, EXECVEAT, FEXECVE, PROGRAMS };

static void start(enum program way, const char *path) {
    char *const arguments[] = {"run", 0};
    switch (way) {
    case EXECL: execl(path, "run", (char *)0); break;
    case EXECLE: execle(path, "run", (char *)0, environ); break;
    case EXECLP: execlp(path, "run", (char *)0); break;
    case EXECV: execv(path, arguments); break;
    case EXECVE: execve(path, arguments, environ); break;
    case EXECVP: execvp(path, arguments); break;
    case EXECVPE: execvpe(path, arguments, environ); break;
    case EXECVEAT: execveat(AT_FDCWD, path, arguments, environ, 0); break;
    case FEXECVE: fexecve(open(path, O_RDONLY), arguments, environ); break;
    case PROGRAMS: break;
    }
}

/* The child ends with the error, or as the program does. */
static void try_programs(const char *path, const char *shown) {
    char *const arguments[] = {"run", 0};
    int status = 0, nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (enum program way = EXECL; way < PROGRAMS; way++) {
        fflush(out);
        pid_t child = fork();
        if (!child) {
            dup2(nowhere, 1);
            dup2(nowhere, 2);
            start(way, path);
            _exit(errno);
        }
        waitpid(child, &status, 0);
        char call[32];
        snprintf(call, sizeof call, "exec in way %d", way);
        line(call, shown, status);
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, nowhere, 1);
    EACH(int(pid_t *, const char *, void *, void *, char *const *, char *const *), {
        pid_t child = 0;
        int error = call(&child, path, &actions, 0, arguments, environ);
        if (!error) waitpid(child, &status, 0);
        line(name, shown, error ? error : status);
    }, "posix_spawn", "posix_spawnp");
    posix_spawn_file_actions_destroy(&actions);
    close(nowhere);
    struct stat found;
    int fd = open(path, O_RDONLY);
    if (stat(path, &found) || !S_ISDIR(found.st_mode)) {
        /* A packed folder cannot be the current one, so there the two differ. */
        line("chdir", shown, chdir(path));
        line("chroot", shown, chroot(path));
        line("fchdir", shown, fchdir(fd));
    }
    if (fd >= 0) close(fd);
}
