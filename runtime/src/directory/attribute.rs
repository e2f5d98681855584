//! Extended attributes, of which there are none, and watches, which never fire.

use super::errno::{self, Errno};
use super::place::{Place, route};
use super::resolve::Kind;
use super::{descriptor, original, space};
use libc::{AT_FDCWD, c_char, c_int, c_void, size_t, ssize_t};
use std::sync::atomic::{AtomicI32, Ordering};

fn no_attribute(place: &Place) -> Result<ssize_t, Errno> {
    place.node().and(Err(Errno(libc::ENODATA)))
}

fn empty_list(place: &Place) -> Result<ssize_t, Errno> {
    place.node().map(|_| 0)
}

fn refused(place: &Place) -> Result<c_int, Errno> {
    Err(place.refuse_change())
}

/// Nothing in the tree ever changes, so all of it is watched through one file that does not change either.
fn watch(place: &Place, inotify: c_int, mask: u32) -> Result<c_int, Errno> {
    static UNCHANGING: AtomicI32 = AtomicI32::new(-1);
    place.node()?;
    let mut fd = UNCHANGING.load(Ordering::Acquire);
    // Programs that become daemons close what they do not know, and the number comes back for something else.
    if fd < 0 || descriptor::attributes(fd).is_none_or(|found| found.kind == Kind::File) {
        let new = descriptor::open_directory(place.path, place.node()?.inode(), libc::O_CLOEXEC)?;
        match UNCHANGING.compare_exchange(fd, new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => fd = new,
            Err(earlier) => {
                space::close(new);
                fd = earlier;
            }
        }
    }
    let mut name = [0; 32];
    let mask = mask & !(libc::IN_ONLYDIR | libc::IN_MASK_CREATE | libc::IN_DONT_FOLLOW);
    match unsafe { original::inotify_add_watch(inotify, space::name_of_descriptor(fd, &mut name), mask) } {
        -1 => Err(errno::last()),
        watch => Ok(watch),
    }
}

exported! {
    fn getxattr(path: *const c_char, name: *const c_char, to: *mut c_void, size: size_t) -> ssize_t =
        route(AT_FDCWD, path, |_, path| original::getxattr(path, name, to, size), no_attribute);
    fn lgetxattr(path: *const c_char, name: *const c_char, to: *mut c_void, size: size_t) -> ssize_t =
        route(AT_FDCWD, path, |_, path| original::lgetxattr(path, name, to, size), no_attribute);
    fn listxattr(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t =
        route(AT_FDCWD, path, |_, path| original::listxattr(path, to, size), empty_list);
    fn llistxattr(path: *const c_char, to: *mut c_char, size: size_t) -> ssize_t =
        route(AT_FDCWD, path, |_, path| original::llistxattr(path, to, size), empty_list);
    fn setxattr(path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int =
        route(AT_FDCWD, path, |_, path| original::setxattr(path, name, value, size, flags), refused);
    fn lsetxattr(path: *const c_char, name: *const c_char, value: *const c_void, size: size_t, flags: c_int) -> c_int =
        route(AT_FDCWD, path, |_, path| original::lsetxattr(path, name, value, size, flags), refused);
    fn removexattr(path: *const c_char, name: *const c_char) -> c_int =
        route(AT_FDCWD, path, |_, path| original::removexattr(path, name), refused);
    fn lremovexattr(path: *const c_char, name: *const c_char) -> c_int =
        route(AT_FDCWD, path, |_, path| original::lremovexattr(path, name), refused);
    fn inotify_add_watch(inotify: c_int, path: *const c_char, mask: u32) -> c_int =
        route(AT_FDCWD, path, |_, path| original::inotify_add_watch(inotify, path, mask), |place| watch(place, inotify, mask));
}
