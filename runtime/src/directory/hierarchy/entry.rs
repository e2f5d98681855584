//! One file or folder of a walk.

use crate::directory::errno::{self, Errno};
use crate::directory::stat;
use libc::{c_char, c_int, c_long, c_short, c_void, dev_t, ino_t, nlink_t};
use std::ffi::CStr;
use std::mem::offset_of;
use std::ptr::copy_nonoverlapping;

/// What `fts_set` asks for, when it asks for nothing.
pub const NOTHING: u16 = 3;

/// What an entry is: `fts_info`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Info(u16);

pub const DIRECTORY: Info = Info(1);
pub const CYCLE: Info = Info(2);
pub const OTHER: Info = Info(3);
pub const UNREADABLE: Info = Info(4);
pub const DOT: Info = Info(5);
pub const DIRECTORY_AFTER: Info = Info(6);
pub const FAILED: Info = Info(7);
pub const FILE: Info = Info(8);
pub const BEGINNING: Info = Info(9);
pub const NO_STAT_POSSIBLE: Info = Info(10);
pub const NO_STAT_WANTED: Info = Info(11);
pub const LINK: Info = Info(12);
pub const DANGLING: Info = Info(13);

/// FTSENT. One block of libc's memory holds it with its name, its `stat` and its path. `stat` is null for FTS_NOSTAT.
#[repr(C)]
pub struct Entry {
    cycle: *mut Entry,
    pub parent: *mut Entry,
    pub next: *mut Entry,
    number: c_long,
    pointer: *mut c_void,
    access_path: *mut c_char,
    pub path: *mut c_char,
    pub errno: c_int,
    descriptor: c_int,
    path_bytes: u16,
    name_bytes: u16,
    inode: ino_t,
    pub device: dev_t,
    links: nlink_t,
    /// -1 for the entry above the roots.
    pub level: c_short,
    pub info: Info,
    flags: u16,
    pub instruction: u16,
    pub stat: *mut libc::stat,
    name: [c_char; 1],
}

impl Entry {
    /// Everything else is zero, as `malloc`ed structures of C are.
    pub unsafe fn new(path: &[u8], name: &[u8], parent: *mut Entry, level: c_short) -> Result<*mut Entry, Errno> {
        let (Ok(path_bytes), Ok(name_bytes)) = (u16::try_from(path.len()), u16::try_from(name.len())) else {
            return Err(Errno(libc::ENAMETOOLONG));
        };
        let name_at = offset_of!(Entry, name);
        let stat_at = (name_at + name.len() + 1).next_multiple_of(align_of::<libc::stat>());
        let path_at = stat_at + size_of::<libc::stat>();
        // Safety: the block has room for all parts, each aligned; zeros are values of both structures.
        unsafe {
            let block: *mut u8 = libc::calloc(1, path_at + path.len() + 1).cast();
            if block.is_null() {
                return Err(Errno(libc::ENOMEM));
            }
            copy_nonoverlapping(name.as_ptr(), block.add(name_at), name.len());
            copy_nonoverlapping(path.as_ptr(), block.add(path_at), path.len());
            let entry: *mut Entry = block.cast();
            (*entry).stat = block.add(stat_at).cast();
            ((*entry).path, (*entry).access_path) = (block.add(path_at).cast(), block.add(path_at).cast());
            ((*entry).path_bytes, (*entry).name_bytes) = (path_bytes, name_bytes);
            ((*entry).parent, (*entry).level, (*entry).instruction) = (parent, level, NOTHING);
            Ok(entry)
        }
    }

    pub unsafe fn below(directory: *mut Entry, name: &[u8]) -> Result<*mut Entry, Errno> {
        unsafe {
            let above = CStr::from_ptr((*directory).path).to_bytes();
            let above = above.strip_suffix(b"/").unwrap_or(above);
            Entry::new(&[above, b"/", name].concat(), name, directory, (*directory).level + 1)
        }
    }

    unsafe fn name<'a>(entry: *const Entry) -> &'a [u8] {
        unsafe { CStr::from_ptr((&raw const (*entry).name).cast()) }.to_bytes()
    }

    /// Looks at what it names and says what it is.
    pub unsafe fn look(entry: *mut Entry, follow: bool) -> Info {
        unsafe {
            let path = (*entry).path;
            let mut own: libc::stat = std::mem::zeroed();
            let to = if (*entry).stat.is_null() { &raw mut own } else { (*entry).stat };
            if follow && stat::stat64(path, to) != 0 {
                (*entry).errno = errno::last().0;
                if stat::lstat64(path, to) == 0 {
                    (*entry).errno = 0;
                    return DANGLING;
                }
                return NO_STAT_POSSIBLE;
            }
            if !follow && stat::lstat64(path, to) != 0 {
                (*entry).errno = errno::last().0;
                return NO_STAT_POSSIBLE;
            }
            match (*to).st_mode & libc::S_IFMT {
                libc::S_IFDIR => Entry::look_at_directory(entry, to),
                libc::S_IFLNK => LINK,
                libc::S_IFREG => FILE,
                _ => OTHER,
            }
        }
    }

    unsafe fn look_at_directory(entry: *mut Entry, stat: *const libc::stat) -> Info {
        unsafe {
            ((*entry).device, (*entry).inode, (*entry).links) = ((*stat).st_dev, (*stat).st_ino, (*stat).st_nlink);
            if matches!(Entry::name(entry), b"." | b"..") {
                return DOT;
            }
            let mut above = (*entry).parent;
            while !above.is_null() && (*above).level >= 0 {
                if ((*above).device, (*above).inode) == ((*entry).device, (*entry).inode) {
                    (*entry).cycle = above;
                    return CYCLE;
                }
                above = (*above).parent;
            }
            DIRECTORY
        }
    }

    /// The name of a root is its last part from when it is its turn.
    pub unsafe fn shorten_name(entry: *mut Entry) {
        unsafe {
            let name = Entry::name(entry);
            if let Some(slash) = name.iter().rposition(|byte| *byte == b'/').filter(|_| name.len() > 1) {
                let (length, text) = (name.len() - slash - 1, (&raw mut (*entry).name).cast::<c_char>());
                std::ptr::copy(text.add(slash + 1), text, length + 1);
                (*entry).name_bytes = length as u16;
            }
        }
    }

    pub unsafe fn free_list(first: *mut Entry) {
        let mut entry = first;
        while !entry.is_null() {
            unsafe {
                let next = (*entry).next;
                libc::free(entry.cast());
                entry = next;
            }
        }
    }
}
