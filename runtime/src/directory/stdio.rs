//! fopen, freopen, and the calls that make temporary files.

use super::errno::{self, Answer, Errno};
use super::open::open_place;
use super::place::{Change, Place, route};
use super::resolve::Kind;
use super::{descriptor, original, space};
use libc::{AT_FDCWD, FILE, c_char, c_int};
use std::ffi::CStr;

/// The flags of `open` that a mode of `fopen` asks for.
fn flags_of(mode: &[u8]) -> Result<c_int, Errno> {
    let created = match mode.first() {
        Some(b'r') => 0,
        Some(b'w') => libc::O_CREAT | libc::O_TRUNC,
        Some(b'a') => libc::O_CREAT | libc::O_APPEND,
        _ => return Err(Errno(libc::EINVAL)),
    };
    // "ccs=" begins the name of a character set.
    let letters = mode.split(|byte| *byte == b',').next().unwrap_or_default();
    let access = match (letters.contains(&b'+'), created) {
        (true, _) => libc::O_RDWR,
        (false, 0) => libc::O_RDONLY,
        (false, _) => libc::O_WRONLY,
    };
    let exclusive = if letters.contains(&b'x') { libc::O_EXCL } else { 0 };
    let closed = if letters.contains(&b'e') { libc::O_CLOEXEC } else { 0 };
    Ok(created | access | exclusive | closed)
}

fn open_stream(place: &Place, mode: *const c_char) -> Result<*mut FILE, Errno> {
    // Safety: the caller of `fopen` passes a C string.
    let flags = flags_of(unsafe { CStr::from_ptr(mode) }.to_bytes())?;
    let fd = open_place(place, flags)?;
    let mut name = [0; 32];
    // Only `fopen` knows of character sets ("ccs="), but it takes the descriptor no other way than by name.
    let converts = unsafe { !libc::strchr(mode, c_int::from(b',')).is_null() };
    let stream = match converts {
        true => unsafe { original::fopen64(space::name_of_descriptor(fd, &mut name), mode) },
        false => unsafe { libc::fdopen(fd, mode) },
    };
    let failure = errno::last();
    if stream.is_null() || converts {
        space::close(fd);
    }
    if stream.is_null() { Err(failure) } else { Ok(stream) }
}

unsafe fn fopen_at(path: *const c_char, mode: *const c_char) -> *mut FILE {
    let theirs = |_, path| unsafe { original::fopen64(path, mode) };
    unsafe { route(AT_FDCWD, path, theirs, |place| open_stream(place, mode)) }
}

/// libc closes the stream whatever happens, so the packed file is opened first and given to it under its /proc name.
fn reopen_stream(place: &Place, mode: *const c_char, stream: *mut FILE) -> Result<*mut FILE, Errno> {
    // Safety: as in `open_stream`.
    let fd = flags_of(unsafe { CStr::from_ptr(mode) }.to_bytes()).and_then(|flags| open_place(place, flags));
    let fd = fd.inspect_err(|_| {
        unsafe { libc::fclose(stream) };
    })?;
    let mut name = [0; 32];
    let reopened = unsafe { original::freopen64(space::name_of_descriptor(fd, &mut name), mode, stream) };
    let failure = errno::last();
    if !reopened.is_null() && place.node()?.kind() == Kind::Directory {
        unsafe { libc::lseek(libc::fileno(reopened), descriptor::FIRST_POSITION, libc::SEEK_SET) };
    }
    space::close(fd);
    if reopened.is_null() { Err(failure) } else { Ok(reopened) }
}

unsafe fn freopen_at(path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE {
    // libc's own would close the stream before we know whose path it is.
    let unknown = |_, _| {
        errno::set(Errno(libc::ENOTDIR));
        <*mut FILE as Answer>::FAILED
    };
    if path.is_null() || !unsafe { super::place::is_inside(AT_FDCWD, path) } {
        return unsafe { original::freopen64(path, mode, stream) };
    }
    unsafe { route(AT_FDCWD, path, unknown, |place| reopen_stream(place, mode, stream)) }
}

unsafe fn temporary_file(template: *mut c_char, suffix_length: c_int, flags: c_int) -> c_int {
    let theirs = |_, _| unsafe { original::mkostemps(template, suffix_length, flags) };
    unsafe { route(AT_FDCWD, template, theirs, |place| Err(place.refuse(Change::OpenNewFile))) }
}

unsafe fn temporary_directory(template: *mut c_char) -> *mut c_char {
    let theirs = |_, _| unsafe { original::mkdtemp(template) };
    unsafe { route(AT_FDCWD, template, theirs, |place| Err::<*mut c_char, Errno>(place.refuse(Change::MakeDirectory))) }
}

exported! {
    fn fopen(path: *const c_char, mode: *const c_char) -> *mut FILE = fopen_at(path, mode);
    fn fopen64(path: *const c_char, mode: *const c_char) -> *mut FILE = fopen_at(path, mode);
    fn freopen(path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE = freopen_at(path, mode, stream);
    fn freopen64(path: *const c_char, mode: *const c_char, stream: *mut FILE) -> *mut FILE = freopen_at(path, mode, stream);
    fn mkstemp(template: *mut c_char) -> c_int = temporary_file(template, 0, 0);
    fn mkstemp64(template: *mut c_char) -> c_int = temporary_file(template, 0, 0);
    fn mkstemps(template: *mut c_char, suffix_length: c_int) -> c_int = temporary_file(template, suffix_length, 0);
    fn mkstemps64(template: *mut c_char, suffix_length: c_int) -> c_int = temporary_file(template, suffix_length, 0);
    fn mkostemp(template: *mut c_char, flags: c_int) -> c_int = temporary_file(template, 0, flags);
    fn mkostemp64(template: *mut c_char, flags: c_int) -> c_int = temporary_file(template, 0, flags);
    fn mkostemps(template: *mut c_char, suffix_length: c_int, flags: c_int) -> c_int =
        temporary_file(template, suffix_length, flags);
    fn mkostemps64(template: *mut c_char, suffix_length: c_int, flags: c_int) -> c_int =
        temporary_file(template, suffix_length, flags);
    fn mkdtemp(template: *mut c_char) -> *mut c_char = temporary_directory(template);
}
