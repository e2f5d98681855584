//! opendir and what is done with its streams.

use super::descriptor;
use super::errno::{self, Answer, Errno};
use super::place::route;
use super::resolve::{PATH_BYTES_MAX, Path, PathBuffer};
use super::{original, stream};
use crate::payload::payload;
use libc::{AT_FDCWD, DIR, c_char, c_int, c_long, c_void, dirent, size_t, ssize_t};
use std::mem::MaybeUninit;
use std::ptr::null_mut;

unsafe fn open_directory(path: *const c_char) -> *mut DIR {
    unsafe {
        route(
            AT_FDCWD,
            path,
            |_, path| original::opendir(path),
            |place| {
                place.node()?;
                stream::open(place.payload, place.path, None)
            },
        )
    }
}

/// libc refuses our descriptors with ENOTDIR, since to the kernel they are files.
unsafe fn open_descriptor(fd: c_int) -> *mut DIR {
    let opened = unsafe { original::fdopendir(fd) };
    if !opened.is_null() || errno::last() != Errno(libc::ENOTDIR) {
        return opened;
    }
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut path = Path::new(&mut buffer);
    match payload() {
        Some(payload) if descriptor::directory_path(fd, &mut path) => {
            Answer::from_result(stream::open(payload, path.as_bytes(), Some(fd)))
        }
        _ => opened,
    }
}

unsafe fn read_reentrant(from: *mut DIR, entry: *mut dirent, result: *mut *mut dirent) -> c_int {
    if !stream::is_ours(from) {
        return unsafe { original::readdir64_r(from, entry, result) };
    }
    // Safety: the caller gives room for both.
    unsafe { result.write(if stream::read_into(from, entry) { entry } else { null_mut() }) };
    0
}

/// The one call that reads a directory by descriptor alone: a position in the file is kept as for a real directory.
unsafe fn read_records(fd: c_int, to: *mut c_void, size: size_t) -> ssize_t {
    let read = unsafe { original::getdents64(fd, to, size) };
    if read >= 0 || errno::last() != Errno(libc::ENOTDIR) {
        return read;
    }
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut path = Path::new(&mut buffer);
    let Some(payload) = payload().filter(|_| descriptor::directory_path(fd, &mut path)) else { return read };
    let records = || -> Result<ssize_t, Errno> {
        let opened = stream::open(payload, path.as_bytes(), None)?;
        let start = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) } - descriptor::FIRST_POSITION;
        stream::seek(opened, start);
        let (mut written, mut end) = (0, start.max(0));
        // Safety: a record is only copied where it fits.
        unsafe {
            while let Some(entry) = stream::read(opened).as_ref() {
                let bytes = entry.d_reclen as usize;
                if written + bytes > size {
                    break;
                }
                std::ptr::copy_nonoverlapping(
                    std::ptr::from_ref(entry).cast::<u8>(),
                    to.cast::<u8>().add(written),
                    bytes,
                );
                (written, end) = (written + bytes, entry.d_off);
            }
            let more = !stream::read(opened).is_null();
            stream::close(opened)?;
            libc::lseek(fd, end + descriptor::FIRST_POSITION, libc::SEEK_SET);
            if written == 0 && more { Err(Errno(libc::EINVAL)) } else { Ok(written as ssize_t) }
        }
    };
    Answer::from_result(records())
}

exported! {
    fn opendir(path: *const c_char) -> *mut DIR = open_directory(path);
    fn fdopendir(fd: c_int) -> *mut DIR = open_descriptor(fd);
    fn readdir(from: *mut DIR) -> *mut dirent = readdir64(from);
    fn readdir64(from: *mut DIR) -> *mut dirent =
        if stream::is_ours(from) { stream::read(from) } else { original::readdir64(from) };
    fn readdir_r(from: *mut DIR, entry: *mut dirent, result: *mut *mut dirent) -> c_int =
        read_reentrant(from, entry, result);
    fn readdir64_r(from: *mut DIR, entry: *mut dirent, result: *mut *mut dirent) -> c_int =
        read_reentrant(from, entry, result);
    fn rewinddir(from: *mut DIR) =
        if stream::is_ours(from) { stream::seek(from, 0) } else { original::rewinddir(from) };
    fn seekdir(from: *mut DIR, position: c_long) =
        if stream::is_ours(from) { stream::seek(from, position) } else { original::seekdir(from, position) };
    fn telldir(from: *mut DIR) -> c_long =
        if stream::is_ours(from) { stream::tell(from) } else { original::telldir(from) };
    fn closedir(from: *mut DIR) -> c_int =
        if stream::is_ours(from) { Answer::from_result(stream::close(from)) } else { original::closedir(from) };
    fn dirfd(from: *mut DIR) -> c_int =
        if stream::is_ours(from) { Answer::from_result(stream::descriptor(from)) } else { original::dirfd(from) };
    fn getdents64(fd: c_int, to: *mut c_void, size: size_t) -> ssize_t = read_records(fd, to, size);
}
