//! Open directory streams of the tree: what a `DIR *` of ours points at.
//!
//! They live in one static array, so that a stream of libc's is told from one of ours by its address, without touching
//! either. The array is zero pages until streams are used.

use super::errno::Errno;
use super::resolve::Kind;
use super::tree::{self, Child};
use super::{descriptor, space};
use crate::payload::Payload;
use libc::{DIR, c_int, c_long, dirent};
use std::cell::UnsafeCell;
use std::mem::{offset_of, zeroed};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Streams open at one time. A program that walks a tree holds one for each level; the kernel's limit on descriptors,
/// which streams of real directories meet, is commonly 1024.
const STREAMS_MAX: usize = 1024;

struct Stream {
    taken: AtomicBool,
    open: Mutex<Option<Open>>,
    /// What `readdir` returned last; the caller owns it until its next call, as with libc's.
    entry: UnsafeCell<dirent>,
}

// Safety: `entry` is only written by `readdir`, which libc's own contract keeps to one thread at a time for a stream.
unsafe impl Sync for Stream {}

struct Open {
    path: Vec<u8>,
    inode: u64,
    /// `.`, `..` and the children as they are listed.
    listed: Vec<Child>,
    next: usize,
    /// The descriptor given to `fdopendir`, or made when `dirfd` is asked for.
    fd: Option<c_int>,
}

static STREAMS: [Stream; STREAMS_MAX] = [const {
    Stream {
        taken: AtomicBool::new(false),
        open: Mutex::new(None),
        // Safety: all zeros is a value of this plain structure.
        entry: UnsafeCell::new(unsafe { zeroed() }),
    }
}; STREAMS_MAX];

fn locked(stream: &Stream) -> MutexGuard<'_, Option<Open>> {
    stream.open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The stream behind a pointer, if it is one of ours.
#[inline]
fn ours(stream: *mut DIR) -> Option<&'static Stream> {
    let start = STREAMS.as_ptr() as usize;
    let offset = (stream as usize).wrapping_sub(start);
    if offset < size_of_val(&STREAMS) { STREAMS.get(offset / size_of::<Stream>()) } else { None }
}

#[inline]
pub fn is_ours(stream: *mut DIR) -> bool {
    ours(stream).is_some()
}

/// Opens the directory at a normalized path; `fd` then belongs to the stream.
pub fn open(payload: &'static Payload, path: &[u8], fd: Option<c_int>) -> Result<*mut DIR, Errno> {
    let node = tree::find(payload, path).ok_or(Errno(libc::ENOENT))?;
    if node.kind() == Kind::File {
        return Err(Errno(libc::ENOTDIR));
    }
    let above = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let parent = tree::find(payload, &path[..above]).map_or(node.inode(), |parent| parent.inode());
    let dots = [(&b"."[..], node.inode()), (&b".."[..], parent)];
    let dots = dots.map(|(name, inode)| Child { name, inode, kind: Kind::Directory });
    let listed = dots.into_iter().chain(tree::children(payload, path)?).collect();
    let open = Open { path: path.to_vec(), inode: node.inode(), listed, next: 0, fd };
    let free = |stream: &&Stream| !stream.taken.swap(true, Ordering::Acquire);
    let stream = STREAMS.iter().find(free).ok_or(Errno(libc::EMFILE))?;
    *locked(stream) = Some(open);
    Ok(std::ptr::from_ref(stream).cast_mut().cast())
}

/// The next entry, or null at the end.
pub fn read(stream: *mut DIR) -> *mut dirent {
    let Some(stream) = ours(stream) else { return std::ptr::null_mut() };
    let mut open = locked(stream);
    let Some((child, position)) = open.as_mut().and_then(next) else { return std::ptr::null_mut() };
    // Safety: see `Sync` above.
    unsafe { describe(child, position, stream.entry.get()) };
    stream.entry.get()
}

/// As `read`, into room of the caller's; false at the end.
pub unsafe fn read_into(stream: *mut DIR, to: *mut dirent) -> bool {
    let Some(stream) = ours(stream) else { return false };
    let Some((child, position)) = locked(stream).as_mut().and_then(next) else { return false };
    unsafe { describe(child, position, to) };
    true
}

fn next(open: &mut Open) -> Option<(Child, usize)> {
    let child = *open.listed.get(open.next)?;
    open.next += 1;
    Some((child, open.next))
}

/// Fills a `dirent` as far as its name reaches.
pub unsafe fn describe(child: Child, position: usize, to: *mut dirent) {
    let name_at = offset_of!(dirent, d_name);
    let length = child.name.len().min(super::resolve::NAME_BYTES_MAX);
    // Safety: the caller gives room for the longest name or, for `scandir`, for this one.
    unsafe {
        (*to).d_ino = child.inode;
        (*to).d_off = position as i64;
        (*to).d_reclen = record_bytes(length) as u16;
        (*to).d_type = if child.kind == Kind::Directory { libc::DT_DIR } else { libc::DT_REG };
        let name = to.cast::<u8>().add(name_at);
        std::ptr::copy_nonoverlapping(child.name.as_ptr(), name, length);
        name.add(length).write(0);
    }
}

/// Bytes of a `dirent` with a name of that length, as the kernel aligns it.
pub fn record_bytes(name: usize) -> usize {
    (offset_of!(dirent, d_name) + name + 1).next_multiple_of(align_of::<dirent>())
}

pub fn seek(stream: *mut DIR, position: c_long) {
    if let Some(open) = ours(stream).map(locked).as_deref_mut().and_then(Option::as_mut) {
        open.next = usize::try_from(position).unwrap_or(0);
    }
}

pub fn tell(stream: *mut DIR) -> c_long {
    ours(stream).map(locked).as_deref().and_then(Option::as_ref).map_or(-1, |open| open.next as c_long)
}

/// The stream's descriptor, made when it is first asked for.
pub fn descriptor(stream: *mut DIR) -> Result<c_int, Errno> {
    let mut open = ours(stream).map(locked).ok_or(Errno(libc::EINVAL))?;
    let open = open.as_mut().ok_or(Errno(libc::EINVAL))?;
    let fd = match open.fd {
        Some(fd) => fd,
        None => descriptor::open_directory(&open.path, open.inode, libc::O_CLOEXEC)?,
    };
    open.fd = Some(fd);
    Ok(fd)
}

pub fn close(stream: *mut DIR) -> Result<c_int, Errno> {
    let stream = ours(stream).ok_or(Errno(libc::EINVAL))?;
    let open = locked(stream).take().ok_or(Errno(libc::EBADF))?;
    if let Some(fd) = open.fd {
        space::close(fd);
    }
    stream.taken.store(false, Ordering::Release);
    Ok(0)
}
