//! Descriptors of packed files and directories: sealed anonymous files that the kernel keeps for us.
//!
//! What such a descriptor stands for is written in the file itself, so that copies made by `dup`, `fork` or a socket
//! are recognized without any table: the nanoseconds of its modification time are one of three marks, the seconds hold
//! the inode, and the bytes of a directory are its path.

use super::errno::{self, Errno};
use super::original;
use super::resolve::{Kind, PATH_BYTES_MAX, Path};
use super::space;
use libc::{c_int, c_long};
use std::mem::MaybeUninit;

const MARK_OF_FILE: c_long = 987_654_321;
const MARK_OF_PROGRAM: c_long = MARK_OF_FILE + 1;
const MARK_OF_DIRECTORY: c_long = MARK_OF_FILE + 2;
const SEALS: c_int = libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;

/// What `stat` says of something packed, whether by path or by descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    pub kind: Kind,
    pub inode: u64,
    pub size: u64,
    pub executable: bool,
}

/// A new descriptor on a file with these bytes, opened for reading with the flags of `open` that make a difference.
pub fn open_file(name: &[u8], bytes: &[u8], of: Attributes, flags: c_int) -> Result<c_int, Errno> {
    let mark = if of.executable { MARK_OF_PROGRAM } else { MARK_OF_FILE };
    open(name, bytes, (of.inode, mark), flags)
}

/// Where the entries of a directory are counted from in the position of its descriptor: behind its bytes, so that
/// reading them gives nothing.
pub const FIRST_POSITION: i64 = PATH_BYTES_MAX as i64;

/// A new descriptor that stands for a packed directory.
pub fn open_directory(path: &[u8], inode: u64, flags: c_int) -> Result<c_int, Errno> {
    let fd = open(path, path, (inode, MARK_OF_DIRECTORY), flags)?;
    errno::preserved(|| unsafe { libc::lseek(fd, FIRST_POSITION, libc::SEEK_SET) });
    Ok(fd)
}

fn open(name: &[u8], bytes: &[u8], (inode, mark): (u64, c_long), flags: c_int) -> Result<c_int, Errno> {
    let fd = space::anonymous_file(name)?;
    let prepare = || {
        space::write_all(fd, bytes)?;
        let time = libc::timespec { tv_sec: inode as i64, tv_nsec: mark };
        // Safety: plain calls on a descriptor of our own. Seals fail where the file could not be a memfd, which only
        // means that its owner could spoil it for itself.
        unsafe {
            original::fchmod(fd, 0o444);
            original::futimens(fd, [time, time].as_ptr());
            libc::fcntl(fd, libc::F_ADD_SEALS, SEALS);
        }
        reopen(fd, flags)
    };
    prepare().inspect_err(|_| space::close(fd))
}

/// Exchanges the writable descriptor for one of the same number as `open` would have made it.
fn reopen(fd: c_int, flags: c_int) -> Result<c_int, Errno> {
    let kept = flags & (libc::O_PATH | libc::O_NONBLOCK | libc::O_SYNC | libc::O_DSYNC | libc::O_ASYNC);
    let mut name = [0; 32];
    let reopened = unsafe {
        original::open64(space::name_of_descriptor(fd, &mut name), kept | libc::O_RDONLY | libc::O_CLOEXEC, 0)
    };
    if reopened < 0 {
        // Without /proc the first descriptor serves as well; it is sealed.
        unsafe { libc::lseek(fd, 0, libc::SEEK_SET) };
        if flags & libc::O_CLOEXEC == 0 {
            unsafe { libc::fcntl(fd, libc::F_SETFD, 0) };
        }
        return Ok(fd);
    }
    let moved = unsafe { libc::dup3(reopened, fd, flags & libc::O_CLOEXEC) };
    let failure = errno::last();
    space::close(reopened);
    if moved < 0 { Err(failure) } else { Ok(fd) }
}

/// What a `stat` that came from the kernel stands for, if it is of one of our descriptors.
#[inline]
pub fn identify(stat: &libc::stat) -> Option<Attributes> {
    let marked = (MARK_OF_FILE..=MARK_OF_DIRECTORY).contains(&stat.st_mtime_nsec);
    // Nothing with a name has no links, and nothing else without one has our mark.
    if !marked || stat.st_nlink != 0 || stat.st_mode & libc::S_IFMT != libc::S_IFREG {
        return None;
    }
    let kind = if stat.st_mtime_nsec == MARK_OF_DIRECTORY { Kind::Directory } else { Kind::File };
    Some(Attributes {
        kind,
        inode: stat.st_mtime as u64,
        size: if kind == Kind::File { stat.st_size as u64 } else { 0 },
        executable: stat.st_mtime_nsec == MARK_OF_PROGRAM,
    })
}

/// What a descriptor stands for, if it is one of ours.
pub fn attributes(fd: c_int) -> Option<Attributes> {
    errno::preserved(|| {
        let mut stat = MaybeUninit::uninit();
        let failed = unsafe { original::fstat64(fd, stat.as_mut_ptr()) } != 0;
        // Safety: libc filled it, unless it failed.
        if failed { None } else { identify(unsafe { stat.assume_init_ref() }) }
    })
}

/// Appends the path of a packed directory, relative to the root, from its descriptor; false for any other descriptor.
pub fn directory_path(fd: c_int, path: &mut Path) -> bool {
    if !attributes(fd).is_some_and(|attributes| attributes.kind == Kind::Directory) {
        return false;
    }
    let mut bytes = [0u8; PATH_BYTES_MAX];
    let mut own = [0; 32];
    // Opened anew: a descriptor made with O_PATH cannot be read.
    errno::preserved(|| unsafe {
        let length = match libc::pread(fd, bytes.as_mut_ptr().cast(), bytes.len(), 0) {
            -1 => {
                let again =
                    original::open64(space::name_of_descriptor(fd, &mut own), libc::O_RDONLY | libc::O_CLOEXEC, 0);
                let length = libc::pread(again, bytes.as_mut_ptr().cast(), bytes.len(), 0);
                space::close(again);
                length
            }
            length => length,
        };
        usize::try_from(length).is_ok_and(|length| path.push(&bytes[..length]))
    })
}
