//! Deciding for each call whether its path is ours.

use super::errno::{self, Answer, Errno};
use super::resolve::{Absent, PATH_BYTES_MAX, Path, PathBuffer, Resolved, resolve};
use super::tree::{self, Node};
use super::{descriptor, original};
use crate::payload::{Payload, payload};
use libc::{AT_FDCWD, c_char, c_int};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, Ordering};

/// A path in the tree, and what is there.
pub struct Place<'a> {
    pub payload: &'static Payload,
    /// Normalized, relative to the root.
    pub path: &'a [u8],
    found: Result<Node, Absent>,
    end: End,
}

/// How the text of a path ends: calls that name an entry of a directory look at that first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The executable's own path, which is a file for those who would change it.
    Itself,
    Name,
    Slash,
    Dot,
    DotDot,
}

impl End {
    fn of(path: &[u8]) -> End {
        if path.is_empty() {
            return End::Itself;
        }
        let length = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
        match path[..length].rsplit(|byte| *byte == b'/').next() {
            Some(b"..") => End::DotDot,
            Some(b"." | b"") | None => End::Dot,
            Some(_) if length < path.len() => End::Slash,
            Some(_) => End::Name,
        }
    }
}

/// What is to become of an entry of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    MakeDirectory,
    MakeFile,
    OpenNewFile,
    RemoveDirectory,
    RemoveFile,
    Rename,
}

impl Place<'_> {
    pub fn node(&self) -> Result<Node, Errno> {
        self.found.map_err(|absent| match absent {
            Absent::Name | Absent::Directory => Errno(libc::ENOENT),
            Absent::NotDirectory => Errno(libc::ENOTDIR),
            Absent::NameTooLong => Errno(libc::ENAMETOOLONG),
        })
    }

    /// The answer to whoever wants to change the entry that this names: the tree is read-only, but other errors come
    /// first, in the order of the kernel's `filename_create`, `do_rmdir` and `do_unlinkat`.
    pub fn refuse(&self, change: Change) -> Errno {
        // "file/" names the entry "file" here, whatever that is.
        let there = match (self.found, self.end) {
            (Err(Absent::NotDirectory), End::Slash) => tree::find(self.payload, self.path).is_some(),
            (found, _) => found.is_ok(),
        };
        if !there && !matches!(self.found, Err(Absent::Name)) {
            return self.node().err().unwrap_or(Errno(libc::EROFS));
        }
        let creates = matches!(change, Change::MakeDirectory | Change::MakeFile | Change::OpenNewFile);
        Errno(match (change, self.end) {
            (_, End::Itself) => libc::ENOTDIR,
            (Change::OpenNewFile, End::Slash) => libc::EISDIR,
            (Change::RemoveDirectory, End::Dot) => libc::EINVAL,
            (Change::RemoveDirectory, End::DotDot) => libc::ENOTEMPTY,
            (Change::RemoveFile, End::Dot | End::DotDot) => libc::EISDIR,
            (Change::Rename, End::Dot | End::DotDot) => libc::EBUSY,
            _ if creates && there => libc::EEXIST,
            (Change::MakeFile, End::Slash) => libc::ENOENT,
            _ => libc::EROFS,
        })
    }

    /// The answer to whoever wants to change what is there.
    pub fn refuse_change(&self) -> Errno {
        self.node().err().unwrap_or(Errno(libc::EROFS))
    }
}

/// Calls `ours` with a path in the tree, `theirs` with any other: `theirs(dirfd, path)` is libc's own function. A path
/// that leaves the tree through `..` is rewritten for `theirs`.
#[inline(always)]
pub unsafe fn route<R: Answer>(
    dirfd: c_int,
    path: *const c_char,
    theirs: impl Fn(c_int, *const c_char) -> R,
    ours: impl FnOnce(&Place) -> Result<R, Errno>,
) -> R {
    if let Some((payload, below)) = unsafe { below_root(path) } {
        return inside(payload, below, theirs, ours);
    }
    let answer = theirs(dirfd, path);
    if answer.failed() && errno::last() == Errno(libc::ENOTDIR) {
        return unsafe { elsewhere(dirfd, path, theirs, ours) };
    }
    answer
}

/// Whether a path leads into the tree.
pub unsafe fn is_inside(dirfd: c_int, path: *const c_char) -> bool {
    let mut there = false;
    unsafe { look(dirfd, path, |_| there = true) };
    there
}

/// Calls `ours` with a path in the tree and does nothing with any other; `errno` stays.
pub unsafe fn look(dirfd: c_int, path: *const c_char, ours: impl FnOnce(&Place)) {
    let nowhere = |_, _| {
        errno::set(Errno(libc::ENOTDIR));
        -1
    };
    errno::preserved(|| unsafe {
        route(dirfd, path, nowhere, |place| {
            ours(place);
            Ok(0)
        })
    });
}

/// The executable itself, as `stat` knows it.
static DEVICE: AtomicU64 = AtomicU64::new(0);
static INODE: AtomicU64 = AtomicU64::new(0);

/// Notes which file the root is, so that other paths to it are recognized.
pub fn remember_executable() {
    let Some(payload) = payload() else { return };
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut root = Path::new(&mut buffer);
    let mut stat = MaybeUninit::uninit();
    if root.push(payload.root()) && unsafe { original::stat64(root.as_c(), stat.as_mut_ptr()) } == 0 {
        // Safety: libc filled it.
        let stat: libc::stat = unsafe { stat.assume_init() };
        DEVICE.store(stat.st_dev, Ordering::Relaxed);
        INODE.store(stat.st_ino, Ordering::Relaxed);
    }
}

/// What follows the root in a path that begins with it, from the slash on. This is all that an ordinary path costs.
#[inline(always)]
unsafe fn below_root(path: *const c_char) -> Option<(&'static Payload, *const c_char)> {
    let payload = payload()?;
    let root = payload.root();
    if path.is_null() {
        return None;
    }
    // Safety: `strncmp` stops at the end of either text, so the byte after an equal root may be read.
    unsafe {
        let same = libc::strncmp(path, root.as_ptr().cast(), root.len()) == 0;
        (same && *path.add(root.len()) == b'/' as c_char).then(|| (payload, path.add(root.len())))
    }
}

#[cold]
fn inside<R: Answer>(
    payload: &'static Payload,
    below: *const c_char,
    theirs: impl Fn(c_int, *const c_char) -> R,
    ours: impl FnOnce(&Place) -> Result<R, Errno>,
) -> R {
    // Safety: the caller's path is a C string and this is its end.
    let below = unsafe { CStr::from_ptr(below) }.to_bytes();
    if payload.root().len() + below.len() >= PATH_BYTES_MAX {
        return R::from_result(Err(Errno(libc::ENAMETOOLONG)));
    }
    answer(payload, below, theirs, ours)
}

fn answer<R: Answer>(
    payload: &'static Payload,
    below: &[u8],
    theirs: impl Fn(c_int, *const c_char) -> R,
    ours: impl FnOnce(&Place) -> Result<R, Errno>,
) -> R {
    let find = |path: &[u8]| tree::find(payload, path);
    let mut below = below;
    loop {
        let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
        let (path, found) = match resolve(below, |path| find(path).map(Node::kind), &mut buffer) {
            Resolved::Outside(length) => {
                let rest = &below[below.len() - length..];
                match again_inside(payload, rest) {
                    Some(again) => below = again,
                    None => return outside(payload, rest, theirs),
                }
                continue;
            }
            Resolved::Found(path) => (path, find(path).ok_or(Absent::Name)),
            Resolved::Absent(path, absent) => (path, Err(absent)),
        };
        return R::from_result(ours(&Place { payload, path, found, end: End::of(below) }));
    }
}

/// What follows the executable's name in a path that left the tree and comes back.
fn again_inside<'a>(payload: &Payload, rest: &'a [u8]) -> Option<&'a [u8]> {
    let name = payload.root().rsplit(|byte| *byte == b'/').next()?;
    let start = rest.iter().position(|byte| *byte != b'/')?;
    rest[start..].strip_prefix(name).filter(|below| below.starts_with(b"/"))
}

fn outside<R: Answer>(payload: &Payload, rest: &[u8], theirs: impl Fn(c_int, *const c_char) -> R) -> R {
    let folder = payload.root().iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut path = Path::new(&mut buffer);
    if !(path.push(&payload.root()[..folder.max(1)]) && path.push(rest)) {
        return R::from_result(Err(Errno(libc::ENAMETOOLONG)));
    }
    theirs(AT_FDCWD, path.as_c())
}

/// The kernel met a file where a directory was asked for: the executable, perhaps, or the descriptor of a packed
/// directory.
#[cold]
unsafe fn elsewhere<R: Answer>(
    dirfd: c_int,
    path: *const c_char,
    theirs: impl Fn(c_int, *const c_char) -> R,
    ours: impl FnOnce(&Place) -> Result<R, Errno>,
) -> R {
    let not_ours = || R::from_result(Err(Errno(libc::ENOTDIR)));
    let (Some(payload), false) = (payload(), path.is_null()) else { return not_ours() };
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    if path.is_empty() {
        return not_ours();
    }
    let mut buffer: PathBuffer = [MaybeUninit::uninit(); PATH_BYTES_MAX];
    let mut below = Path::new(&mut buffer);
    if dirfd != AT_FDCWD && !path.starts_with(b"/") && descriptor::directory_path(dirfd, &mut below) {
        if !(below.push(b"/") && below.push(path)) {
            return R::from_result(Err(Errno(libc::ENAMETOOLONG)));
        }
        return answer(payload, below.as_bytes(), theirs, ours);
    }
    match after_executable(dirfd, path, &mut below) {
        Some(Way::Through(rest)) => answer(payload, rest, theirs, ours),
        Some(Way::Link(rest)) => match follow(payload, dirfd, &mut below, rest) {
            Some(length) => answer(payload, &below.as_bytes()[length..], theirs, ours),
            None => not_ours(),
        },
        None => not_ours(),
    }
}

/// How a path comes to the executable, with what is left of it.
enum Way<'a> {
    Through(&'a [u8]),
    /// A part of it is a symbolic link to something that is no directory to the kernel.
    Link(&'a [u8]),
}

/// Replaces a symbolic link into the tree by its target and `rest`; the length of the root in it.
fn follow(payload: &Payload, dirfd: c_int, link: &mut Path, rest: &[u8]) -> Option<usize> {
    let mut target = [0u8; PATH_BYTES_MAX];
    let length =
        unsafe { original::readlinkat(dirfd, link.as_c(), target.as_mut_ptr().cast::<c_char>(), target.len()) };
    let target = &target[..usize::try_from(length).ok()?];
    target.strip_prefix(payload.root()).filter(|below| below.starts_with(b"/"))?;
    link.truncate(0);
    (link.push(target) && link.push(rest)).then_some(payload.root().len())
}

/// What follows the first part of `path` that is the executable, whatever it is called there.
fn after_executable<'a>(dirfd: c_int, path: &'a [u8], part: &mut Path) -> Option<Way<'a>> {
    let mut end = 0;
    while end < path.len() {
        let name = end + path[end..].iter().position(|byte| *byte != b'/')?;
        end = path[name..].iter().position(|byte| *byte == b'/').map_or(path.len(), |slash| name + slash);
        part.truncate(0);
        if !part.push(&path[..end]) {
            return None;
        }
        let mut stat = MaybeUninit::uninit();
        if unsafe { original::fstatat64(dirfd, part.as_c(), stat.as_mut_ptr(), 0) } != 0 {
            return (errno::last() == Errno(libc::ENOTDIR)).then_some(Way::Link(&path[end..]));
        }
        // Safety: libc filled it.
        let stat: libc::stat = unsafe { stat.assume_init() };
        if stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
            let same = stat.st_dev == DEVICE.load(Ordering::Relaxed) && stat.st_ino == INODE.load(Ordering::Relaxed);
            return (same && stat.st_ino != 0).then_some(Way::Through(&path[end..]));
        }
    }
    None
}
