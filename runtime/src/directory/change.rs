//! Whatever would change the tree: it is a read-only file system.

use super::errno::{self, Answer, Errno};
use super::original::{self, TimeValues, Times};
use super::place::{Change, Place, is_inside, look, route};
use super::resolve::Kind;
use super::{descriptor, stat};
use libc::{AT_FDCWD, AT_SYMLINK_NOFOLLOW, c_char, c_int, c_uint, dev_t, gid_t, mode_t, uid_t};

fn refuse(change: Change) -> impl FnOnce(&Place) -> Result<c_int, Errno> {
    move |place| Err(place.refuse(change))
}

fn removal(flags: c_int) -> Change {
    if flags & libc::AT_REMOVEDIR != 0 { Change::RemoveDirectory } else { Change::RemoveFile }
}

fn removal_of_either(place: &Place) -> Result<c_int, Errno> {
    let is_directory = place.node().is_ok_and(|node| node.kind() == Kind::Directory);
    Err(place.refuse(if is_directory { Change::RemoveDirectory } else { Change::RemoveFile }))
}

fn change(place: &Place) -> Result<c_int, Errno> {
    Err(place.refuse_change())
}

fn truncation(place: &Place) -> Result<c_int, Errno> {
    match place.node()?.kind() {
        Kind::Directory => Err(Errno(libc::EISDIR)),
        Kind::File => Err(Errno(libc::EROFS)),
    }
}

/// The kernel's own idea of the current directory decides relative paths, and it cannot be in the tree.
fn no_current_directory(place: &Place) -> Result<c_int, Errno> {
    match place.node()?.kind() {
        Kind::File => Err(Errno(libc::ENOTDIR)),
        Kind::Directory => Err(Errno(libc::ENOTSUP)),
    }
}

/// Both paths outside: what libc said.
unsafe fn rename_at(
    from_dirfd: c_int,
    from: *const c_char,
    to_dirfd: c_int,
    to: *const c_char,
    flags: c_uint,
) -> c_int {
    let answer = unsafe { original::renameat2(from_dirfd, from, to_dirfd, to, flags) };
    if !may_be_inside(answer) || unsafe { is_empty(from) || is_empty(to) } {
        return answer;
    }
    let said = errno::last();
    let refusal = unsafe {
        match (refusal(from_dirfd, from, Change::Rename), refusal(to_dirfd, to, Change::Rename)) {
            (Some(first), Some(second)) => {
                if first == Errno(libc::EROFS) {
                    second
                } else {
                    first
                }
            }
            (Some(one), None) | (None, Some(one)) if one != Errno(libc::EROFS) && one != Errno(libc::EBUSY) => one,
            // Two file systems: the kernel looks no further.
            (Some(_), None) | (None, Some(_)) => Errno(libc::EXDEV),
            (None, None) => said,
        }
    };
    Answer::from_result(Err(refusal))
}

unsafe fn link_at(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char, flags: c_int) -> c_int {
    let answer = unsafe { original::linkat(from_dirfd, from, to_dirfd, to, flags) };
    if !may_be_inside(answer) {
        return answer;
    }
    let said = errno::last();
    let absent = unsafe { stat::faccessat(from_dirfd, from, libc::F_OK, libc::AT_SYMLINK_NOFOLLOW) } != 0;
    let missing = errno::last();
    let refusal = unsafe {
        match (is_inside(from_dirfd, from), refusal(to_dirfd, to, Change::MakeFile)) {
            (false, None) => said,
            _ if absent => missing,
            (_, Some(refusal)) => refusal,
            (true, None) => Errno(libc::EXDEV),
        }
    };
    Answer::from_result(Err(refusal))
}

/// Whether a call with two paths failed as it does for a path of ours.
fn may_be_inside(answer: c_int) -> bool {
    answer != 0 && matches!(errno::last(), Errno(libc::ENOTDIR | libc::ENOENT))
}

unsafe fn is_empty(path: *const c_char) -> bool {
    path.is_null() || unsafe { *path == 0 }
}

/// Why an entry of the tree cannot be changed; None for what is not in the tree.
unsafe fn refusal(dirfd: c_int, path: *const c_char, change: Change) -> Option<Errno> {
    let mut refusal = None;
    unsafe { look(dirfd, path, |place| refusal = Some(place.refuse(change))) };
    refusal
}

/// For calls on a descriptor: ours are read-only whatever the memory behind them would allow.
unsafe fn on_descriptor(fd: c_int, theirs: impl FnOnce() -> c_int) -> c_int {
    if descriptor::attributes(fd).is_some() {
        errno::set(Errno(libc::EROFS));
        return -1;
    }
    theirs()
}

exported! {
    fn mkdir(path: *const c_char, mode: mode_t) -> c_int = mkdirat(AT_FDCWD, path, mode);
    fn mkdirat(dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int =
        route(dirfd, path, |dirfd, path| original::mkdirat(dirfd, path, mode), refuse(Change::MakeDirectory));
    fn mknod(path: *const c_char, mode: mode_t, device: dev_t) -> c_int = mknodat(AT_FDCWD, path, mode, device);
    fn mknodat(dirfd: c_int, path: *const c_char, mode: mode_t, device: dev_t) -> c_int =
        route(dirfd, path, |dirfd, path| original::mknodat(dirfd, path, mode, device), refuse(Change::MakeFile));
    fn __xmknod(_version: c_int, path: *const c_char, mode: mode_t, device: *const dev_t) -> c_int =
        mknodat(AT_FDCWD, path, mode, *device);
    fn __xmknodat(_version: c_int, dirfd: c_int, path: *const c_char, mode: mode_t, device: *const dev_t) -> c_int =
        mknodat(dirfd, path, mode, *device);
    fn mkfifo(path: *const c_char, mode: mode_t) -> c_int = mkfifoat(AT_FDCWD, path, mode);
    fn mkfifoat(dirfd: c_int, path: *const c_char, mode: mode_t) -> c_int =
        route(dirfd, path, |dirfd, path| original::mkfifoat(dirfd, path, mode), refuse(Change::MakeFile));
    fn symlink(text: *const c_char, path: *const c_char) -> c_int = symlinkat(text, AT_FDCWD, path);
    fn symlinkat(text: *const c_char, dirfd: c_int, path: *const c_char) -> c_int =
        route(dirfd, path, |dirfd, path| original::symlinkat(text, dirfd, path), refuse(Change::MakeFile));

    fn unlink(path: *const c_char) -> c_int = unlinkat(AT_FDCWD, path, 0);
    fn unlinkat(dirfd: c_int, path: *const c_char, flags: c_int) -> c_int =
        route(dirfd, path, |dirfd, path| original::unlinkat(dirfd, path, flags), refuse(removal(flags)));
    fn rmdir(path: *const c_char) -> c_int = unlinkat(AT_FDCWD, path, libc::AT_REMOVEDIR);
    fn remove(path: *const c_char) -> c_int = route(AT_FDCWD, path, |_, path| original::remove(path), removal_of_either);

    fn rename(from: *const c_char, to: *const c_char) -> c_int = rename_at(AT_FDCWD, from, AT_FDCWD, to, 0);
    fn renameat(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char) -> c_int =
        rename_at(from_dirfd, from, to_dirfd, to, 0);
    fn renameat2(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char, flags: c_uint) -> c_int =
        rename_at(from_dirfd, from, to_dirfd, to, flags);
    fn link(from: *const c_char, to: *const c_char) -> c_int = link_at(AT_FDCWD, from, AT_FDCWD, to, 0);
    fn linkat(from_dirfd: c_int, from: *const c_char, to_dirfd: c_int, to: *const c_char, flags: c_int) -> c_int =
        link_at(from_dirfd, from, to_dirfd, to, flags);

    fn chmod(path: *const c_char, mode: mode_t) -> c_int =
        route(AT_FDCWD, path, |_, path| original::chmod(path, mode), change);
    fn lchmod(path: *const c_char, mode: mode_t) -> c_int =
        route(AT_FDCWD, path, |_, path| original::lchmod(path, mode), change);
    fn fchmodat(dirfd: c_int, path: *const c_char, mode: mode_t, flags: c_int) -> c_int =
        route(dirfd, path, |dirfd, path| original::fchmodat(dirfd, path, mode, flags), change);
    fn fchmod(fd: c_int, mode: mode_t) -> c_int = on_descriptor(fd, || original::fchmod(fd, mode));
    fn chown(path: *const c_char, user: uid_t, group: gid_t) -> c_int = fchownat(AT_FDCWD, path, user, group, 0);
    fn lchown(path: *const c_char, user: uid_t, group: gid_t) -> c_int =
        fchownat(AT_FDCWD, path, user, group, AT_SYMLINK_NOFOLLOW);
    fn fchownat(dirfd: c_int, path: *const c_char, user: uid_t, group: gid_t, flags: c_int) -> c_int =
        route(dirfd, path, |dirfd, path| original::fchownat(dirfd, path, user, group, flags), change);
    fn fchown(fd: c_int, user: uid_t, group: gid_t) -> c_int = on_descriptor(fd, || original::fchown(fd, user, group));
    fn utime(path: *const c_char, times: *const libc::utimbuf) -> c_int =
        route(AT_FDCWD, path, |_, path| original::utime(path, times), change);
    fn utimes(path: *const c_char, times: TimeValues) -> c_int =
        route(AT_FDCWD, path, |_, path| original::utimes(path, times), change);
    fn lutimes(path: *const c_char, times: TimeValues) -> c_int =
        route(AT_FDCWD, path, |_, path| original::lutimes(path, times), change);
    fn futimesat(dirfd: c_int, path: *const c_char, times: TimeValues) -> c_int =
        route(dirfd, path, |dirfd, path| original::futimesat(dirfd, path, times), change);
    fn futimes(fd: c_int, times: TimeValues) -> c_int = on_descriptor(fd, || original::futimes(fd, times));
    fn futimens(fd: c_int, times: Times) -> c_int = on_descriptor(fd, || original::futimens(fd, times));
    fn utimensat(dirfd: c_int, path: *const c_char, times: Times, flags: c_int) -> c_int =
        route(dirfd, path, |dirfd, path| original::utimensat(dirfd, path, times, flags), change);
    fn truncate(path: *const c_char, length: i64) -> c_int = truncate64(path, length);
    fn truncate64(path: *const c_char, length: i64) -> c_int =
        route(AT_FDCWD, path, |_, path| original::truncate64(path, length), truncation);

    fn chdir(path: *const c_char) -> c_int = route(AT_FDCWD, path, |_, path| original::chdir(path), no_current_directory);
    fn chroot(path: *const c_char) -> c_int =
        route(AT_FDCWD, path, |_, path| original::chroot(path), no_current_directory);
    fn fchdir(fd: c_int) -> c_int = {
        let answer = original::fchdir(fd);
        if answer != 0
            && errno::last() == Errno(libc::ENOTDIR)
            && descriptor::attributes(fd).is_some_and(|found| found.kind == Kind::Directory)
        {
            errno::set(Errno(libc::ENOTSUP));
        }
        answer
    };
}
