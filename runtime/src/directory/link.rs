//! readlink and realpath: the tree has no symbolic links.

use super::errno::Errno;
use super::original;
use super::place::{Place, route};
use super::resolve::PATH_BYTES_MAX;
use libc::{AT_FDCWD, c_char, c_int, size_t, ssize_t};
use std::ptr::{copy_nonoverlapping, null_mut};

fn not_a_link(place: &Place) -> Result<ssize_t, Errno> {
    place.node().and(Err(Errno(libc::EINVAL)))
}

unsafe fn read_link(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t {
    unsafe { route(AT_FDCWD, path, |_, path| original::readlink(path, to, size), not_a_link) }
}

unsafe fn read_link_at(dirfd: c_int, path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t {
    unsafe { route(dirfd, path, |dirfd, path| original::readlinkat(dirfd, path, to, size), not_a_link) }
}

/// The root and the path, written to `to` or to memory that the caller frees.
fn canonical(place: &Place, to: *mut c_char) -> Result<*mut c_char, Errno> {
    place.node()?;
    let (root, path) = (place.payload.root(), place.path);
    let slash = usize::from(!path.is_empty());
    let length = root.len() + slash + path.len();
    if length >= PATH_BYTES_MAX {
        return Err(Errno(libc::ENAMETOOLONG));
    }
    // Safety: `realpath` is given room for the longest path, or null.
    unsafe {
        let to = if to.is_null() { libc::malloc(length + 1).cast() } else { to };
        if to.is_null() {
            return Err(Errno(libc::ENOMEM));
        }
        copy_nonoverlapping(root.as_ptr().cast(), to, root.len());
        if slash == 1 {
            to.add(root.len()).write(b'/' as c_char);
        }
        copy_nonoverlapping(path.as_ptr().cast(), to.add(root.len() + slash), path.len());
        to.add(length).write(0);
        Ok(to)
    }
}

unsafe fn canonicalize(path: *const c_char, to: *mut c_char) -> *mut c_char {
    unsafe { route(AT_FDCWD, path, |_, path| original::realpath(path, to), |place| canonical(place, to)) }
}

exported! {
    fn readlink(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t = read_link(path, to, size);
    fn __readlink_chk(path: *const c_char, to: *mut c_char, size: size_t, _room: size_t) -> ssize_t =
        read_link(path, to, size);
    fn readlinkat(dirfd: c_int, path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t =
        read_link_at(dirfd, path, to, size);
    fn __readlinkat_chk(dirfd: c_int, path: *const c_char, to: *mut c_char, size: size_t, _room: size_t) -> ssize_t =
        read_link_at(dirfd, path, to, size);
    fn realpath(path: *const c_char, to: *mut c_char) -> *mut c_char = canonicalize(path, to);
    fn __realpath_chk(path: *const c_char, to: *mut c_char, _room: size_t) -> *mut c_char = canonicalize(path, to);
    fn canonicalize_file_name(path: *const c_char) -> *mut c_char = canonicalize(path, null_mut());
}
