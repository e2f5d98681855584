//! scandir, ftw, nftw and glob: libc walks by itself there, so each is answered as a whole.

use super::errno::Errno;
use super::original::{self, Compare, Filter, GlobError, Visit, VisitAt};
use super::place::{Place, is_inside, route};
use super::resolve::Kind;
use super::{listing, stat, stream, tree};
use libc::{AT_FDCWD, DIR, c_char, c_int, c_void, dirent, size_t};
use std::ffi::{CStr, CString};

/// The chosen entries, each allocated as `scandir` promises, in an array that is allocated as well.
fn scan(place: &Place, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> Result<c_int, Errno> {
    place.node()?;
    let opened = stream::open(place.payload, place.path, None)?;
    let mut chosen: Vec<*mut dirent> = Vec::new();
    // Safety: entries are copied as long as they say they are; `to` has room for one pointer.
    unsafe {
        while let Some(entry) = stream::read(opened).as_ref() {
            if filter.is_some_and(|filter| filter(entry) == 0) {
                continue;
            }
            let bytes = entry.d_reclen as usize;
            let copy: *mut dirent = libc::malloc(bytes).cast();
            if !copy.is_null() {
                std::ptr::copy_nonoverlapping(std::ptr::from_ref(entry).cast::<u8>(), copy.cast::<u8>(), bytes);
                chosen.push(copy);
            }
        }
        stream::close(opened)?;
        let array: *mut *mut dirent = libc::malloc(size_of::<*mut dirent>() * chosen.len().max(1)).cast();
        if array.is_null() {
            chosen.iter().for_each(|entry| libc::free((*entry).cast()));
            return Err(Errno(libc::ENOMEM));
        }
        if let Some(compare) = compare {
            chosen
                .sort_by(|a, b| compare((&raw const *a).cast_mut().cast(), (&raw const *b).cast_mut().cast()).cmp(&0));
        }
        std::ptr::copy_nonoverlapping(chosen.as_ptr(), array, chosen.len());
        to.write(array);
    }
    Ok(chosen.len() as c_int)
}

unsafe fn scan_at(
    dirfd: c_int,
    path: *const c_char,
    to: *mut *mut *mut dirent,
    filter: Filter,
    compare: Compare,
) -> c_int {
    let theirs = |dirfd, path| unsafe { original::scandirat64(dirfd, path, to, filter, compare) };
    unsafe { route(dirfd, path, theirs, |place| scan(place, to, filter, compare)) }
}

/// From <ftw.h>, which the libc crate does not have.
mod ftw {
    use libc::c_int;

    pub const FILE: c_int = 0;
    pub const DIRECTORY: c_int = 1;
    pub const DIRECTORY_AFTER: c_int = 5;
    pub const CHDIR: c_int = 4;
    pub const DEPTH: c_int = 8;
    pub const ACTIONS: c_int = 16;
    pub const SKIP_SUBTREE: c_int = 2;
    pub const SKIP_SIBLINGS: c_int = 3;

    #[repr(C)]
    pub struct Position {
        pub base: c_int,
        pub level: c_int,
    }
}

/// One walk: `visit(path, stat, type, position)` for each node, until it returns something else than 0.
struct Walk<'a> {
    place: &'a Place<'a>,
    visit: &'a dyn Fn(*const c_char, *const libc::stat, c_int, *mut c_void) -> c_int,
    flags: c_int,
}

impl Walk<'_> {
    /// `shown` is the path as the caller wrote it, `path` the same one normalized.
    fn node(&self, shown: &[u8], path: &[u8], level: c_int) -> Result<c_int, Errno> {
        let node = tree::find(self.place.payload, path).ok_or(Errno(libc::ENOENT))?;
        if node.kind() == Kind::File {
            return self.call(shown, node, ftw::FILE, level);
        }
        let before = self.flags & ftw::DEPTH == 0;
        if before {
            match self.call(shown, node, ftw::DIRECTORY, level)? {
                0 => {}
                ftw::SKIP_SUBTREE if self.flags & ftw::ACTIONS != 0 => return Ok(0),
                other => return Ok(other),
            }
        }
        for child in tree::children(self.place.payload, path)? {
            let below = |folder: &[u8]| {
                let slash: &[u8] = if folder.is_empty() || folder.ends_with(b"/") { b"" } else { b"/" };
                [folder, slash, child.name].concat()
            };
            match self.node(&below(shown), &below(path), level + 1)? {
                0 => {}
                ftw::SKIP_SIBLINGS if self.flags & ftw::ACTIONS != 0 => break,
                other => return Ok(other),
            }
        }
        if before { Ok(0) } else { self.call(shown, node, ftw::DIRECTORY_AFTER, level) }
    }

    fn call(&self, shown: &[u8], node: tree::Node, what: c_int, level: c_int) -> Result<c_int, Errno> {
        let stat = stat::stat_of(stat::attributes_of(node));
        let text = CString::new(shown).map_err(|_| Errno(libc::ENOENT))?;
        let base = shown.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        let mut position = ftw::Position { base: base as c_int, level };
        Ok((self.visit)(text.as_ptr(), &raw const stat, what, (&raw mut position).cast()))
    }
}

/// libc's walks take final slashes off first.
unsafe fn without_final_slashes(path: *const c_char) -> Option<CString> {
    let text = unsafe { CStr::from_ptr(path) }.to_bytes();
    let end = text.iter().rposition(|byte| *byte != b'/').map_or(text.len(), |last| last + 1);
    if end == text.len() { None } else { CString::new(&text[..end]).ok() }
}

unsafe fn walk_with_position(path: *const c_char, visit: VisitAt, descriptors: c_int, flags: c_int) -> c_int {
    let shorter = unsafe { without_final_slashes(path) };
    let path = shorter.as_deref().map_or(path, CStr::as_ptr);
    let theirs = |_, path| unsafe { original::nftw64(path, visit, descriptors, flags) };
    let ours = |place: &Place| {
        if flags & ftw::CHDIR != 0 {
            return Err(Errno(libc::ENOTSUP));
        }
        let call = |path: *const c_char, stat: *const libc::stat, what: c_int, position: *mut c_void| unsafe {
            visit(path, stat, what, position)
        };
        walk(place, path, &call, flags)
    };
    unsafe { route(AT_FDCWD, path, theirs, ours) }
}

unsafe fn walk_simply(path: *const c_char, visit: Visit, descriptors: c_int) -> c_int {
    let shorter = unsafe { without_final_slashes(path) };
    let path = shorter.as_deref().map_or(path, CStr::as_ptr);
    let theirs = |_, path| unsafe { original::ftw64(path, visit, descriptors) };
    let ours = |place: &Place| {
        let call = |path: *const c_char, stat: *const libc::stat, what: c_int, _: *mut c_void| unsafe {
            visit(path, stat, what)
        };
        walk(place, path, &call, 0)
    };
    unsafe { route(AT_FDCWD, path, theirs, ours) }
}

fn walk(
    place: &Place,
    path: *const c_char,
    visit: &dyn Fn(*const c_char, *const libc::stat, c_int, *mut c_void) -> c_int,
    flags: c_int,
) -> Result<c_int, Errno> {
    place.node()?;
    // Safety: the caller's path is a C string.
    let shown = unsafe { CStr::from_ptr(path) }.to_bytes();
    Walk { place, visit, flags }.node(shown, place.path, 0)
}

/// `glob_t`, whose function pointers the libc crate keeps private.
#[repr(C)]
struct Glob {
    count: size_t,
    paths: *mut *mut c_char,
    offset: size_t,
    flags: c_int,
    close: *const c_void,
    read: *const c_void,
    open: *const c_void,
    lstat: *const c_void,
    stat: *const c_void,
}

const GLOB_ALTDIRFUNC: c_int = 1 << 9;

/// libc's own glob, told to walk with our functions. They answer for every path, so the pattern need not be understood;
/// it only must not cost ordinary patterns anything.
unsafe fn expand(pattern: *const c_char, flags: c_int, error: GlobError, to: *mut Glob) -> c_int {
    if pattern.is_null() || flags & GLOB_ALTDIRFUNC != 0 || !unsafe { begins_inside(pattern) } {
        return unsafe { original::glob64(pattern, flags, error, to.cast()) };
    }
    unsafe {
        let given = std::ptr::read(to);
        (*to).close = close_for_glob as *const () as *const c_void;
        (*to).read = listing::readdir64 as *const () as *const c_void;
        (*to).open = listing::opendir as *const () as *const c_void;
        (*to).lstat = stat::lstat64 as *const () as *const c_void;
        (*to).stat = stat::stat64 as *const () as *const c_void;
        let answer = original::glob64(pattern, flags | GLOB_ALTDIRFUNC, error, to.cast());
        (*to).flags &= !GLOB_ALTDIRFUNC;
        ((*to).close, (*to).read, (*to).open) = (given.close, given.read, given.open);
        ((*to).lstat, (*to).stat) = (given.lstat, given.stat);
        answer
    }
}

unsafe extern "C" fn close_for_glob(stream: *mut c_void) {
    unsafe { listing::closedir(stream.cast::<DIR>()) };
}

/// Whether the part of a pattern before its first special character leads into the tree.
unsafe fn begins_inside(pattern: *const c_char) -> bool {
    let text = unsafe { CStr::from_ptr(pattern) }.to_bytes();
    let literal = text.iter().position(|byte| b"*?[{\\".contains(byte)).unwrap_or(text.len());
    let folder = text[..literal].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    CString::new(&text[..folder]).is_ok_and(|folder| unsafe { is_inside(AT_FDCWD, folder.as_ptr()) })
}

exported! {
    fn scandir(path: *const c_char, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> c_int =
        scan_at(AT_FDCWD, path, to, filter, compare);
    fn scandir64(path: *const c_char, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> c_int =
        scan_at(AT_FDCWD, path, to, filter, compare);
    fn scandirat(dirfd: c_int, path: *const c_char, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> c_int =
        scan_at(dirfd, path, to, filter, compare);
    fn scandirat64(dirfd: c_int, path: *const c_char, to: *mut *mut *mut dirent, filter: Filter, compare: Compare) -> c_int =
        scan_at(dirfd, path, to, filter, compare);
    fn ftw(path: *const c_char, visit: Visit, descriptors: c_int) -> c_int = walk_simply(path, visit, descriptors);
    fn ftw64(path: *const c_char, visit: Visit, descriptors: c_int) -> c_int = walk_simply(path, visit, descriptors);
    fn nftw(path: *const c_char, visit: VisitAt, descriptors: c_int, flags: c_int) -> c_int =
        walk_with_position(path, visit, descriptors, flags);
    fn nftw64(path: *const c_char, visit: VisitAt, descriptors: c_int, flags: c_int) -> c_int =
        walk_with_position(path, visit, descriptors, flags);
    fn glob(pattern: *const c_char, flags: c_int, error: GlobError, to: *mut c_void) -> c_int =
        expand(pattern, flags, error, to.cast());
    fn glob64(pattern: *const c_char, flags: c_int, error: GlobError, to: *mut c_void) -> c_int =
        expand(pattern, flags, error, to.cast());
}
