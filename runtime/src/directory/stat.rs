//! stat, lstat, fstat, fstatat, statx, access, statvfs, pathconf: what is there, without opening it.

use super::descriptor::{self, Attributes};
use super::errno::Errno;
use super::original;
use super::place::{Place, route};
use super::resolve::{Kind, NAME_BYTES_MAX, PATH_BYTES_MAX};
use super::tree::Node;
use crate::payload::payload;
use libc::{AT_EMPTY_PATH, AT_FDCWD, c_char, c_int, c_long, c_uint};
use std::mem::{MaybeUninit, zeroed};

/// Device of everything packed: "oxd" in hexadecimal, which no disk has.
const DEVICE: u64 = 0x006f_7864;
const BLOCK_BYTES: u64 = 4096;
/// `f_type` of squashfs, the read-only file system that this is most like.
const FILE_SYSTEM: i64 = 0x7371_7368;

pub fn attributes_of(node: Node) -> Attributes {
    let size = match node {
        Node::Packed(entry) => entry.size,
        Node::Binaries => 0,
        Node::Interpreter(_) => size_of_executable(),
    };
    Attributes { kind: node.kind(), inode: node.inode(), size, executable: node.is_executable() }
}

fn size_of_executable() -> u64 {
    let mut stat = MaybeUninit::uninit();
    let failed = unsafe { original::stat64(super::program::EXECUTABLE.as_ptr(), stat.as_mut_ptr()) } != 0;
    // Safety: libc filled it, unless it failed.
    if failed { 0 } else { unsafe { stat.assume_init() }.st_size as u64 }
}

fn mode_of(attributes: Attributes) -> u32 {
    match attributes {
        Attributes { kind: Kind::Directory, .. } => libc::S_IFDIR | 0o555,
        Attributes { executable: true, .. } => libc::S_IFREG | 0o555,
        _ => libc::S_IFREG | 0o444,
    }
}

fn mtime() -> i64 {
    payload().map_or(0, |payload| payload.mtime() as i64)
}

pub fn stat_of(attributes: Attributes) -> libc::stat {
    // Safety: all zeros is a value of this plain structure.
    let mut stat: libc::stat = unsafe { zeroed() };
    stat.st_dev = DEVICE;
    stat.st_ino = attributes.inode;
    stat.st_nlink = 1;
    stat.st_mode = mode_of(attributes);
    stat.st_size = attributes.size as i64;
    stat.st_blksize = BLOCK_BYTES as i64;
    stat.st_blocks = attributes.size.div_ceil(512) as i64;
    (stat.st_atime, stat.st_mtime, stat.st_ctime) = (mtime(), mtime(), mtime());
    stat
}

fn statx_of(attributes: Attributes) -> libc::statx {
    // Safety: as above.
    let mut stat: libc::statx = unsafe { zeroed() };
    stat.stx_mask = libc::STATX_BASIC_STATS;
    stat.stx_blksize = BLOCK_BYTES as u32;
    stat.stx_nlink = 1;
    stat.stx_mode = mode_of(attributes) as u16;
    stat.stx_ino = attributes.inode;
    stat.stx_size = attributes.size;
    stat.stx_blocks = attributes.size.div_ceil(512);
    (stat.stx_atime.tv_sec, stat.stx_mtime.tv_sec, stat.stx_ctime.tv_sec) = (mtime(), mtime(), mtime());
    (stat.stx_dev_major, stat.stx_dev_minor) = (libc::major(DEVICE), libc::minor(DEVICE));
    stat
}

/// Corrects what the kernel says of a descriptor that is ours.
#[inline]
unsafe fn correct(answer: c_int, to: *mut libc::stat) -> c_int {
    if answer == 0
        && let Some(attributes) = descriptor::identify(unsafe { &*to })
    {
        unsafe { to.write(stat_of(attributes)) };
    }
    answer
}

unsafe fn stat_path(path: *const c_char, to: *mut libc::stat) -> c_int {
    unsafe {
        // Corrected as well: /proc/self/fd/N is a path too.
        let theirs = |_, path| correct(original::stat64(path, to), to);
        route(AT_FDCWD, path, theirs, |place| fill(place, to))
    }
}

unsafe fn lstat_path(path: *const c_char, to: *mut libc::stat) -> c_int {
    unsafe { route(AT_FDCWD, path, |_, path| original::lstat64(path, to), |place| fill(place, to)) }
}

unsafe fn stat_at(dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int {
    unsafe {
        let theirs = |dirfd, path| correct(original::fstatat64(dirfd, path, to, flags), to);
        route(dirfd, path, theirs, |place| fill(place, to))
    }
}

unsafe fn stat_descriptor(fd: c_int, to: *mut libc::stat) -> c_int {
    unsafe { correct(original::fstat64(fd, to), to) }
}

fn fill(place: &Place, to: *mut libc::stat) -> Result<c_int, Errno> {
    let stat = stat_of(attributes_of(place.node()?));
    // Safety: the caller of `stat` gives room for one.
    unsafe { to.write(stat) };
    Ok(0)
}

unsafe fn statx_at(dirfd: c_int, path: *const c_char, flags: c_int, mask: c_uint, to: *mut libc::statx) -> c_int {
    let theirs = |dirfd, path| unsafe { original::statx(dirfd, path, flags, mask, to) };
    let ours = |place: &Place| {
        let stat = statx_of(attributes_of(place.node()?));
        // Safety: as in `fill`.
        unsafe { to.write(stat) };
        Ok(0)
    };
    unsafe {
        let answer = route(dirfd, path, theirs, ours);
        if answer == 0
            && flags & AT_EMPTY_PATH != 0
            && (path.is_null() || *path == 0)
            && let Some(attributes) = descriptor::attributes(dirfd)
        {
            to.write(statx_of(attributes));
        }
        answer
    }
}

fn accessible(place: &Place, mode: c_int) -> Result<c_int, Errno> {
    if mode & !(libc::R_OK | libc::W_OK | libc::X_OK) != 0 {
        return Err(Errno(libc::EINVAL));
    }
    let attributes = attributes_of(place.node()?);
    let runs = attributes.kind == Kind::Directory || attributes.executable;
    match mode {
        // The kernel looks at permission bits before the file system's; root may write anything but run nothing.
        _ if mode & libc::X_OK != 0 && !runs => Err(Errno(libc::EACCES)),
        _ if mode & libc::W_OK != 0 => Err(Errno(libc::EROFS)),
        _ => Ok(0),
    }
}

unsafe fn access_at(dirfd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int {
    let theirs = |dirfd, path| unsafe { original::faccessat(dirfd, path, mode, flags) };
    unsafe { route(dirfd, path, theirs, |place| accessible(place, mode)) }
}

/// All that the file system has; none is free.
fn blocks() -> u64 {
    payload().map_or(0, |payload| payload.length().div_ceil(BLOCK_BYTES))
}

fn statvfs_of() -> libc::statvfs {
    // Safety: all zeros is a value of this plain structure.
    let mut stat: libc::statvfs = unsafe { zeroed() };
    (stat.f_bsize, stat.f_frsize, stat.f_fsid) = (BLOCK_BYTES, BLOCK_BYTES, DEVICE);
    stat.f_blocks = blocks();
    stat.f_flag = libc::ST_RDONLY | libc::ST_NOSUID | libc::ST_NODEV;
    stat.f_namemax = NAME_BYTES_MAX as u64;
    stat
}

/// The kernel's ST_VALID: the flags mean something.
const VALID: libc::c_ulong = 0x20;

fn statfs_of() -> libc::statfs {
    // Safety: as above.
    let mut stat: libc::statfs = unsafe { zeroed() };
    (stat.f_type, stat.f_bsize, stat.f_frsize) = (FILE_SYSTEM, BLOCK_BYTES as i64, BLOCK_BYTES as i64);
    stat.f_blocks = blocks();
    stat.f_namelen = NAME_BYTES_MAX as i64;
    let flags = VALID | libc::ST_RDONLY | libc::ST_NOSUID | libc::ST_NODEV;
    // Safety: `f_flags` follows `f_frsize`; the libc crate calls it spare.
    unsafe { (&raw mut stat.f_frsize).add(1).write(flags as i64) };
    stat
}

unsafe fn statvfs_path(path: *const c_char, to: *mut libc::statvfs) -> c_int {
    let theirs = |_, path| unsafe { original::statvfs64(path, to) };
    unsafe { route(AT_FDCWD, path, theirs, |place| place.node().map(|_| write(to, statvfs_of()))) }
}

unsafe fn statfs_path(path: *const c_char, to: *mut libc::statfs) -> c_int {
    let theirs = |_, path| unsafe { original::statfs64(path, to) };
    unsafe { route(AT_FDCWD, path, theirs, |place| place.node().map(|_| write(to, statfs_of()))) }
}

fn write<T>(to: *mut T, value: T) -> c_int {
    // Safety: the caller of the exported function gives room for one.
    unsafe { to.write(value) };
    0
}

fn limit(place: &Place, name: c_int) -> Result<c_long, Errno> {
    place.node()?;
    match name {
        libc::_PC_NAME_MAX => Ok(NAME_BYTES_MAX as c_long),
        libc::_PC_PATH_MAX => Ok(PATH_BYTES_MAX as c_long),
        libc::_PC_LINK_MAX => Ok(1),
        libc::_PC_PIPE_BUF => Ok(BLOCK_BYTES as c_long),
        libc::_PC_NO_TRUNC | libc::_PC_CHOWN_RESTRICTED => Ok(1),
        _ => Err(Errno(libc::EINVAL)),
    }
}

exported! {
    fn stat(path: *const c_char, to: *mut libc::stat) -> c_int = stat_path(path, to);
    fn stat64(path: *const c_char, to: *mut libc::stat) -> c_int = stat_path(path, to);
    fn lstat(path: *const c_char, to: *mut libc::stat) -> c_int = lstat_path(path, to);
    fn lstat64(path: *const c_char, to: *mut libc::stat) -> c_int = lstat_path(path, to);
    fn fstat(fd: c_int, to: *mut libc::stat) -> c_int = stat_descriptor(fd, to);
    fn fstat64(fd: c_int, to: *mut libc::stat) -> c_int = stat_descriptor(fd, to);
    fn __fstat64(fd: c_int, to: *mut libc::stat) -> c_int = stat_descriptor(fd, to);
    fn fstatat(dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int =
        stat_at(dirfd, path, to, flags);
    fn fstatat64(dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int =
        stat_at(dirfd, path, to, flags);
    // What programs linked against glibc before 2.33 call, wheels among them; the version is 1 on x86-64.
    fn __xstat(_version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int = stat_path(path, to);
    fn __xstat64(_version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int = stat_path(path, to);
    fn __lxstat(_version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int = lstat_path(path, to);
    fn __lxstat64(_version: c_int, path: *const c_char, to: *mut libc::stat) -> c_int = lstat_path(path, to);
    fn __fxstat(_version: c_int, fd: c_int, to: *mut libc::stat) -> c_int = stat_descriptor(fd, to);
    fn __fxstat64(_version: c_int, fd: c_int, to: *mut libc::stat) -> c_int = stat_descriptor(fd, to);
    fn __fxstatat(_version: c_int, dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int =
        stat_at(dirfd, path, to, flags);
    fn __fxstatat64(_version: c_int, dirfd: c_int, path: *const c_char, to: *mut libc::stat, flags: c_int) -> c_int =
        stat_at(dirfd, path, to, flags);
    fn statx(dirfd: c_int, path: *const c_char, flags: c_int, mask: c_uint, to: *mut libc::statx) -> c_int =
        statx_at(dirfd, path, flags, mask, to);

    fn access(path: *const c_char, mode: c_int) -> c_int =
        route(AT_FDCWD, path, |_, path| original::access(path, mode), |place| accessible(place, mode));
    fn euidaccess(path: *const c_char, mode: c_int) -> c_int =
        route(AT_FDCWD, path, |_, path| original::euidaccess(path, mode), |place| accessible(place, mode));
    fn eaccess(path: *const c_char, mode: c_int) -> c_int = euidaccess(path, mode);
    fn faccessat(dirfd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int =
        access_at(dirfd, path, mode, flags);

    fn statvfs(path: *const c_char, to: *mut libc::statvfs) -> c_int = statvfs_path(path, to);
    fn statvfs64(path: *const c_char, to: *mut libc::statvfs) -> c_int = statvfs_path(path, to);
    fn statfs(path: *const c_char, to: *mut libc::statfs) -> c_int = statfs_path(path, to);
    fn statfs64(path: *const c_char, to: *mut libc::statfs) -> c_int = statfs_path(path, to);
    fn __statfs(path: *const c_char, to: *mut libc::statfs) -> c_int = statfs_path(path, to);
    fn fstatvfs(fd: c_int, to: *mut libc::statvfs) -> c_int = fstatvfs64(fd, to);
    fn fstatvfs64(fd: c_int, to: *mut libc::statvfs) -> c_int = match descriptor::attributes(fd) {
        Some(_) => write(to, statvfs_of()),
        None => original::fstatvfs64(fd, to),
    };
    fn fstatfs(fd: c_int, to: *mut libc::statfs) -> c_int = fstatfs64(fd, to);
    fn fstatfs64(fd: c_int, to: *mut libc::statfs) -> c_int = match descriptor::attributes(fd) {
        Some(_) => write(to, statfs_of()),
        None => original::fstatfs64(fd, to),
    };
    fn pathconf(path: *const c_char, name: c_int) -> c_long =
        route(AT_FDCWD, path, |_, path| original::pathconf(path, name), |place| limit(place, name));
}
