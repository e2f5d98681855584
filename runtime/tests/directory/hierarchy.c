/* The part of probe.c for fts_open and what is done with its walks. */
static int by_entry_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The path is only promised for what fts_read gave last. */
static void entry_line(const char *call, const FTSENT *entry, const char *entry_path, int has_status) {
    fprintf(out, "  %s %s name %s info %d level %d errno %s path length %d name length %d", call,
            entry_path, entry->fts_name, entry->fts_info, entry->fts_level,
            error_name(entry->fts_errno), entry->fts_pathlen - (int)strlen(root), entry->fts_namelen);
    /* Above the folder the two differ. */
    if (has_status && entry->fts_info != FTS_NS && entry->fts_info != FTS_DOT) fprintf(out, " mode %o", entry->fts_statp->st_mode);
    fprintf(out, " parent %s %ld\n", entry->fts_parent->fts_name, entry->fts_number);
}

static void try_hierarchy(const char *path, const char *shown) {
    static const struct { int flags; const char *name; } ways[] = {
        {FTS_PHYSICAL, "FTS_PHYSICAL"}, {FTS_LOGICAL, "FTS_LOGICAL"}, {FTS_PHYSICAL | FTS_NOSTAT, "FTS_NOSTAT"},
        {FTS_PHYSICAL | FTS_SEEDOT, "FTS_SEEDOT"}, {FTS_PHYSICAL | FTS_XDEV | FTS_COMFOLLOW, "FTS_XDEV"}, {0x1000, "?"},
    };
    char second[PATH_MAX];
    snprintf(second, sizeof second, "%s/dir/inner", root);
    char *const roots[] = {(char *)path, second, 0};
    for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++) {
        char call[48];
        snprintf(call, sizeof call, "fts_open %s", ways[i].name);
        FTS *walk = fts_open(roots, ways[i].flags | FTS_NOCHDIR, by_entry_name);
        outcome(call, shown, !walk);
        if (!walk) continue;
        for (FTSENT *entry = fts_children(walk, 0); entry; entry = entry->fts_link)
            fprintf(out, "  root info %d level %d\n", entry->fts_info, entry->fts_level);
        line("  fts_children wrong", shown, fts_children(walk, 7) ? 0 : -1);
        int again = 0, has_status = !(ways[i].flags & FTS_NOSTAT);
        for (FTSENT *entry; errno = 0, entry = fts_read(walk);) {
            entry_line("read", entry, entry->fts_path + strlen(root), has_status);
            if (entry->fts_info == FTS_D && !strcmp(entry->fts_name, "dir")) {
                for (FTSENT *child = fts_children(walk, 0); child; child = child->fts_link) {
                    entry_line("child", child, "", has_status);
                    child->fts_number = 7;
                }
                line("  after children", shown, errno);
            }
            if (entry->fts_info == FTS_D && !strcmp(entry->fts_name, "deep")) line("  skip", shown, fts_set(walk, entry, FTS_SKIP));
            if (entry->fts_info == FTS_F && !again++) line("  again", shown, fts_set(walk, entry, FTS_AGAIN));
            if (entry->fts_info == FTS_F) line("  wrong", shown, fts_set(walk, entry, 99));
        }
        line("  errno at the end", shown, errno);
        line("  fts_close", shown, fts_close(walk));
        walk = fts_open(roots, ways[i].flags | FTS_NOCHDIR, 0);
        fts_read(walk);
        fts_children(walk, FTS_NAMEONLY);
        line("  fts_close before the end", shown, fts_close(walk));
    }
}
