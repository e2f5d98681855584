//! open, openat, creat and their fortified twins.

use super::descriptor::{self, Attributes};
use super::errno::Errno;
use super::original;
use super::place::{Change, Place, route};
use super::resolve::Kind;
use super::stat::attributes_of;
use super::tree::Node;
use libc::{
    AT_FDCWD, O_ACCMODE, O_CREAT, O_DIRECTORY, O_EXCL, O_PATH, O_RDONLY, O_TMPFILE, O_TRUNC, c_char, c_int, mode_t,
};

/// What an `open` of something in the tree comes to, before anything is opened.
fn decide(found: Result<Node, Errno>, creation: Errno, flags: c_int) -> Result<Node, Errno> {
    if flags & O_PATH != 0 {
        let node = found?;
        let wrong = flags & O_DIRECTORY != 0 && node.kind() == Kind::File;
        return if wrong { Err(Errno(libc::ENOTDIR)) } else { Ok(node) };
    }
    let writes = flags & O_ACCMODE != O_RDONLY;
    if flags & O_TMPFILE == O_TMPFILE {
        return match found?.kind() {
            _ if !writes => Err(Errno(libc::EINVAL)),
            Kind::File => Err(Errno(libc::ENOTDIR)),
            Kind::Directory => Err(Errno(libc::EROFS)),
        };
    }
    if flags & (O_CREAT | O_DIRECTORY) == O_CREAT | O_DIRECTORY {
        return Err(Errno(libc::EINVAL));
    }
    if flags & O_CREAT != 0 && (found.is_err() || flags & O_EXCL != 0 || creation == Errno(libc::EISDIR)) {
        return Err(creation);
    }
    let node = found?;
    match node.kind() {
        Kind::Directory if writes || flags & (O_CREAT | O_TRUNC) != 0 => Err(Errno(libc::EISDIR)),
        Kind::File if flags & O_DIRECTORY != 0 => Err(Errno(libc::ENOTDIR)),
        Kind::File if writes || flags & O_TRUNC != 0 => Err(Errno(libc::EROFS)),
        _ => Ok(node),
    }
}

/// Opens something in the tree, as `open` would.
pub fn open_place(place: &Place, flags: c_int) -> Result<c_int, Errno> {
    let node = decide(place.node(), place.refuse(Change::OpenNewFile), flags)?;
    match node {
        Node::Packed(entry) if node.kind() == Kind::File => {
            let bytes = place.payload.content(entry).map_err(|_| Errno(libc::EIO))?;
            let attributes = Attributes { size: bytes.len() as u64, ..attributes_of(node) };
            descriptor::open_file(place.path, &bytes, attributes, flags)
        }
        Node::Interpreter(_) => {
            let kept = flags & !(O_CREAT | O_EXCL | libc::O_NOFOLLOW);
            match unsafe { original::open64(super::program::EXECUTABLE.as_ptr(), kept, 0) } {
                -1 => Err(super::errno::last()),
                fd => Ok(fd),
            }
        }
        _ => descriptor::open_directory(place.path, node.inode(), flags),
    }
}

unsafe fn open_at(dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let theirs = |dirfd, path| unsafe {
        // libc's `open` is kept for what came in by it: seccomp filters tell the two apart.
        match dirfd {
            AT_FDCWD => original::open64(path, flags, mode),
            dirfd => original::openat64(dirfd, path, flags, mode),
        }
    };
    unsafe { route(dirfd, path, theirs, |place| open_place(place, flags)) }
}

exported! {
    fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(AT_FDCWD, path, flags, mode);
    fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(AT_FDCWD, path, flags, mode);
    fn __open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(AT_FDCWD, path, flags, mode);
    fn __open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(AT_FDCWD, path, flags, mode);
    fn __open_2(path: *const c_char, flags: c_int) -> c_int = open_at(AT_FDCWD, path, flags, 0);
    fn __open64_2(path: *const c_char, flags: c_int) -> c_int = open_at(AT_FDCWD, path, flags, 0);
    fn openat(dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(dirfd, path, flags, mode);
    fn openat64(dirfd: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int = open_at(dirfd, path, flags, mode);
    fn __openat_2(dirfd: c_int, path: *const c_char, flags: c_int) -> c_int = open_at(dirfd, path, flags, 0);
    fn __openat64_2(dirfd: c_int, path: *const c_char, flags: c_int) -> c_int = open_at(dirfd, path, flags, 0);
    fn creat(path: *const c_char, mode: mode_t) -> c_int =
        open_at(AT_FDCWD, path, O_CREAT | libc::O_WRONLY | O_TRUNC, mode);
    fn creat64(path: *const c_char, mode: mode_t) -> c_int =
        open_at(AT_FDCWD, path, O_CREAT | libc::O_WRONLY | O_TRUNC, mode);
}

#[cfg(test)]
mod tests {
    use super::*;
    use libc::{EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, EROFS, O_NOFOLLOW, O_RDWR, O_WRONLY};

    #[test]
    fn the_tree_is_opened_for_reading_only() {
        let (file, folder) = (Ok(Node::Interpreter(0)), Ok(Node::Binaries));
        let absent = Err(Errno(ENOENT));
        let rows: &[(Result<Node, Errno>, c_int, c_int)] = &[
            (file, O_RDONLY | O_NOFOLLOW, 0),
            (file, O_RDONLY | O_CREAT, 0),
            (file, O_WRONLY, EROFS),
            (file, O_RDWR | O_CREAT | O_TRUNC, EROFS),
            (file, O_RDONLY | O_TRUNC, EROFS),
            (file, O_CREAT | O_EXCL, EEXIST),
            (file, O_DIRECTORY, ENOTDIR),
            (file, O_DIRECTORY | O_PATH, ENOTDIR),
            (folder, O_RDONLY | O_DIRECTORY, 0),
            (folder, O_RDWR, EISDIR),
            (folder, O_RDONLY | O_CREAT, EISDIR),
            (folder, O_RDWR | O_TMPFILE, EROFS),
            (folder, O_RDONLY | O_TMPFILE, EINVAL),
            (folder, O_DIRECTORY | O_CREAT, EINVAL),
            (absent, O_RDONLY, ENOENT),
            (absent, O_WRONLY | O_CREAT, EROFS),
        ];
        for (found, flags, error) in rows {
            let creation = if found.is_ok() { Errno(EEXIST) } else { Errno(EROFS) };
            let decided = decide(*found, creation, *flags).err().map_or(0, |errno| errno.0);
            assert_eq!(decided, *error, "flags {flags:#o} on {found:?}");
        }
    }
}
