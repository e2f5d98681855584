//! Anonymous files: memory where the kernel allows it, an unnamed file in the private cache folder where it does not.

use super::errno::{self, Errno};
use super::original;
use libc::{c_char, c_int, c_uint};
use std::sync::atomic::{AtomicU32, Ordering};

/// Longest name that `memfd_create` takes, with its NUL; the kernel puts "memfd:" before it.
const NAME_BYTES_MAX: usize = 250;
/// Since Linux 6.3 a memfd should say that it will not be executed; earlier kernels know nothing of the flag.
const NOEXEC_SEAL: c_uint = 8;
const EXEC: c_uint = 16;

/// A writable, empty, close-on-exec file without a path. `name` is what /proc and debuggers show.
pub fn anonymous_file(name: &[u8]) -> Result<c_int, Errno> {
    memory(name).or_else(|refused| if is_forbidden(refused) { unnamed_file() } else { Err(refused) })
}

/// The same, or nothing where the kernel refuses memory.
pub fn memory(name: &[u8]) -> Result<c_int, Errno> {
    static SEALED: AtomicU32 = AtomicU32::new(NOEXEC_SEAL);
    memory_file(name, libc::MFD_ALLOW_SEALING, &SEALED)
}

/// The same for a program that is to be executed from it.
pub fn anonymous_program(name: &[u8]) -> Result<c_int, Errno> {
    static EXECUTABLE: AtomicU32 = AtomicU32::new(EXEC);
    memory_file(name, 0, &EXECUTABLE)
}

/// Whether the kernel has no files in memory for us, rather than no room for one more.
pub fn is_forbidden(refused: Errno) -> bool {
    matches!(refused.0, libc::EPERM | libc::EACCES | libc::ENOSYS)
}

fn memory_file(name: &[u8], flags: c_uint, extra: &AtomicU32) -> Result<c_int, Errno> {
    let mut text = [0u8; NAME_BYTES_MAX];
    let shown = &name[name.len().saturating_sub(NAME_BYTES_MAX - 1)..];
    text[..shown.len()].copy_from_slice(shown);
    let create = |extra| unsafe { libc::memfd_create(text.as_ptr().cast(), flags | libc::MFD_CLOEXEC | extra) };
    let wanted = extra.load(Ordering::Relaxed);
    let mut fd = create(wanted);
    if fd < 0 && wanted != 0 && errno::last() == Errno(libc::EINVAL) {
        extra.store(0, Ordering::Relaxed);
        fd = create(0);
    }
    if fd < 0 { Err(errno::last()) } else { Ok(fd) }
}

/// Without memfd: a file that never gets a name, in the first temporary folder that allows it.
fn unnamed_file() -> Result<c_int, Errno> {
    let refused = errno::last();
    let flags = libc::O_TMPFILE | libc::O_RDWR | libc::O_CLOEXEC;
    [c"/dev/shm", c"/tmp", c"/var/tmp"]
        .iter()
        .map(|folder| unsafe { original::open64(folder.as_ptr(), flags, 0o600) })
        .find(|fd| *fd >= 0)
        .ok_or(refused)
}

pub fn write_all(fd: c_int, bytes: &[u8]) -> Result<(), Errno> {
    let mut rest = bytes;
    while !rest.is_empty() {
        // Safety: the slice is valid for its length.
        match unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) } {
            -1 if errno::last() == Errno(libc::EINTR) => {}
            -1 => return Err(errno::last()),
            written => rest = &rest[written as usize..],
        }
    }
    Ok(())
}

/// As `write_all`, from `at` on; the position of the descriptor stays.
pub fn write_all_at(fd: c_int, bytes: &[u8], at: usize) -> Result<(), Errno> {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &bytes[done..];
        // Safety: the slice is valid for its length.
        match unsafe { libc::pwrite(fd, rest.as_ptr().cast(), rest.len(), (at + done) as i64) } {
            -1 if errno::last() == Errno(libc::EINTR) => {}
            -1 => return Err(errno::last()),
            written => done += written as usize,
        }
    }
    Ok(())
}

/// What is added reads as zeros and takes no memory.
pub fn set_length(fd: c_int, length: usize) -> Result<(), Errno> {
    if unsafe { libc::ftruncate(fd, length as i64) } == 0 { Ok(()) } else { Err(errno::last()) }
}

/// Closes a descriptor of our own; `errno` stays.
pub fn close(fd: c_int) {
    errno::preserved(|| unsafe { libc::close(fd) });
}

/// `/proc/self/fd/N`, without allocation: callers may be between fork and exec.
pub fn name_of_descriptor(fd: c_int, to: &mut [u8; 32]) -> *const c_char {
    const FOLDER: &[u8] = b"/proc/self/fd/";
    to[..FOLDER.len()].copy_from_slice(FOLDER);
    write_number(fd.unsigned_abs(), &mut to[FOLDER.len()..]);
    to.as_ptr().cast()
}

/// Decimal digits and a NUL.
pub fn write_number(number: u32, to: &mut [u8]) {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    let mut rest = number;
    for digit in to[..digits].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    to[digits] = 0;
}
