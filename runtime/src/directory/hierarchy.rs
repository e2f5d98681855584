//! fts_open and what is done with its walks. libc's own calls `opendir` and `stat` by itself, so a walk with a root in
//! the tree is done here as a whole, with the functions that answer for every path.
//!
//! It differs in one thing: the current directory never changes (as with FTS_NOCHDIR), since the tree cannot be one.

mod entry;

use super::errno::{self, Errno};
use super::place::is_inside;
use super::{listing, original};
pub use entry::Entry;
use entry::{BEGINNING, DANGLING, DIRECTORY, DIRECTORY_AFTER, DOT, FAILED, LINK, NO_STAT_WANTED, NOTHING, UNREADABLE};
use libc::{AT_FDCWD, c_char, c_int, dev_t};
use std::ffi::CStr;
use std::ptr::null_mut;

/// From <fts.h>, which the libc crate does not have.
const LOGICAL: c_int = 2;
const COMMAND_LINE_FOLLOW: c_int = 1;
const NO_STAT: c_int = 8;
const PHYSICAL: c_int = 0x10;
const SEE_DOTS: c_int = 0x20;
const ONE_DEVICE: c_int = 0x40;
const OPTIONS: c_int = 0xff;
const NAMES_ONLY: c_int = 0x100;
/// Says that a walk is one of ours. libc uses the first ten bits of this field.
const OURS: c_int = 1 << 30;

/// What `fts_set` asks for.
const AGAIN: u16 = 1;
const FOLLOW: u16 = 2;
const SKIP: u16 = 4;

pub type Compare = Option<unsafe extern "C" fn(*const *const Entry, *const *const Entry) -> c_int>;

/// FTS. Callers only hold its address; libc's own has the same beginning.
#[repr(C)]
pub struct Walk {
    current: *mut Entry,
    /// What `fts_children` has listed of the current entry.
    children: *mut Entry,
    array: *mut *mut Entry,
    device: dev_t,
    path: *mut c_char,
    root_descriptor: c_int,
    path_bytes: c_int,
    items: c_int,
    compare: Compare,
    options: c_int,
}

impl Walk {
    unsafe fn open(paths: &[&CStr], options: c_int, compare: Compare) -> Result<*mut Walk, Errno> {
        if options & !OPTIONS != 0 {
            return Err(Errno(libc::EINVAL));
        }
        if paths.iter().any(|path| path.is_empty()) {
            return Err(Errno(libc::ENOENT));
        }
        let follow = options & (LOGICAL | COMMAND_LINE_FOLLOW) != 0;
        let mut roots = Vec::new();
        unsafe {
            let above = Entry::new(b"", b"", null_mut(), -1)?;
            for path in paths {
                let root = Entry::new(path.to_bytes(), path.to_bytes(), above, 0)?;
                if options & NO_STAT != 0 {
                    (*root).stat = null_mut();
                }
                let info = Entry::look(root, follow);
                (*root).info = if info == DOT { DIRECTORY } else { info };
                roots.push(root);
            }
            let beginning = Entry::new(b"", b"", above, 0)?;
            (*beginning).info = BEGINNING;
            (*beginning).next = linked(&mut roots, compare);
            let walk = Walk {
                current: beginning,
                children: null_mut(),
                array: null_mut(),
                device: 0,
                path: null_mut(),
                root_descriptor: -1,
                path_bytes: 0,
                items: 0,
                compare,
                options: options | OURS,
            };
            Ok(Box::into_raw(Box::new(walk)))
        }
    }

    fn has(&self, option: c_int) -> bool {
        self.options & option != 0
    }

    /// The next entry, or null at the end.
    unsafe fn read(&mut self) -> *mut Entry {
        errno::set(Errno(0));
        let entry = self.current;
        if entry.is_null() {
            return entry;
        }
        unsafe {
            let instruction = std::mem::replace(&mut (*entry).instruction, NOTHING);
            if instruction == AGAIN {
                (*entry).info = Entry::look(entry, self.has(LOGICAL));
                return entry;
            }
            if instruction == FOLLOW && [LINK, DANGLING].contains(&(*entry).info) {
                (*entry).info = Entry::look(entry, true);
                return entry;
            }
            if (*entry).info == DIRECTORY {
                let children = std::mem::replace(&mut self.children, null_mut());
                if instruction == SKIP || (self.has(ONE_DEVICE) && (*entry).device != self.device) {
                    Entry::free_list(children);
                    (*entry).info = DIRECTORY_AFTER;
                    return entry;
                }
                let children = if children.is_null() { self.list_to_read(entry) } else { children };
                if !children.is_null() {
                    self.current = children;
                }
                return self.current;
            }
            self.advance(entry)
        }
    }

    /// Lists a directory that is being walked. Null: it is done with, and says whether it was empty or could not be read.
    unsafe fn list_to_read(&self, entry: *mut Entry) -> *mut Entry {
        unsafe {
            match self.list(entry) {
                Ok(children) if children.is_null() => (*entry).info = DIRECTORY_AFTER,
                Ok(children) => return children,
                Err(refused) => {
                    (*entry).info = UNREADABLE;
                    (*entry).errno = refused.0;
                }
            }
        }
        null_mut()
    }

    /// To the next sibling or, after the last, back to the directory.
    unsafe fn advance(&mut self, from: *mut Entry) -> *mut Entry {
        let mut entry = from;
        unsafe {
            loop {
                let (next, parent) = ((*entry).next, (*entry).parent);
                libc::free(entry.cast());
                if next.is_null() {
                    return self.leave(parent);
                }
                entry = next;
                self.current = entry;
                if (*entry).level == 0 {
                    Entry::shorten_name(entry);
                    self.device = (*entry).device;
                    return entry;
                }
                match (*entry).instruction {
                    SKIP => {}
                    FOLLOW => {
                        (*entry).info = Entry::look(entry, true);
                        (*entry).instruction = NOTHING;
                        return entry;
                    }
                    _ => return entry,
                }
            }
        }
    }

    unsafe fn leave(&mut self, directory: *mut Entry) -> *mut Entry {
        unsafe {
            if (*directory).level < 0 {
                libc::free(directory.cast());
                self.current = null_mut();
                errno::set(Errno(0));
                return null_mut();
            }
            (*directory).info = if (*directory).errno == 0 { DIRECTORY_AFTER } else { FAILED };
            self.current = directory;
            directory
        }
    }

    /// The entries of a directory, linked; null where there are none.
    unsafe fn list(&self, directory: *mut Entry) -> Result<*mut Entry, Errno> {
        let mut listed = Vec::new();
        unsafe {
            let stream = listing::opendir((*directory).path);
            if stream.is_null() {
                return Err(errno::last());
            }
            let mut failure = None;
            while let Some(found) = listing::readdir64(stream).as_ref() {
                let name = CStr::from_ptr(found.d_name.as_ptr()).to_bytes();
                if matches!(name, b"." | b"..") && !self.has(SEE_DOTS) {
                    continue;
                }
                let entry = match Entry::below(directory, name) {
                    Ok(entry) => entry,
                    Err(refused) => {
                        failure = Some(refused);
                        break;
                    }
                };
                if self.has(NO_STAT) {
                    (*entry).stat = null_mut();
                }
                let is_told = ![libc::DT_DIR, libc::DT_UNKNOWN].contains(&found.d_type);
                let unwanted = self.has(NO_STAT) && self.has(PHYSICAL) && is_told;
                (*entry).info = if unwanted { NO_STAT_WANTED } else { Entry::look(entry, self.has(LOGICAL)) };
                listed.push(entry);
            }
            listing::closedir(stream);
            let first = linked(&mut listed, self.compare);
            let Some(failure) = failure else { return Ok(first) };
            Entry::free_list(first);
            Err(failure)
        }
    }

    unsafe fn list_children(&mut self, options: c_int) -> *mut Entry {
        if options != 0 && options != NAMES_ONLY {
            errno::set(Errno(libc::EINVAL));
            return null_mut();
        }
        errno::set(Errno(0));
        let entry = self.current;
        unsafe {
            if entry.is_null() || (*entry).info == BEGINNING {
                return if entry.is_null() { entry } else { (*entry).next };
            }
            if (*entry).info != DIRECTORY {
                return null_mut();
            }
            Entry::free_list(std::mem::replace(&mut self.children, null_mut()));
            match self.list(entry) {
                Ok(children) => {
                    errno::set(Errno(0));
                    self.children = children;
                }
                Err(refused) => errno::set(refused),
            }
        }
        self.children
    }

    unsafe fn close(walk: *mut Walk) -> c_int {
        unsafe {
            let walk = Box::from_raw(walk);
            Entry::free_list(walk.children);
            let mut entry = walk.current;
            while !entry.is_null() {
                let (next, parent) = ((*entry).next, (*entry).parent);
                libc::free(entry.cast());
                entry = if next.is_null() { parent } else { next };
            }
        }
        0
    }
}

/// In the caller's order, each pointing at the next.
unsafe fn linked(entries: &mut [*mut Entry], compare: Compare) -> *mut Entry {
    if let Some(compare) = compare {
        entries.sort_by(|a, b| unsafe { compare((&raw const *a).cast(), (&raw const *b).cast()) }.cmp(&0));
    }
    for pair in entries.windows(2) {
        unsafe { (*pair[0]).next = pair[1] };
    }
    entries.first().copied().unwrap_or(null_mut())
}

unsafe fn open(paths: *const *const c_char, options: c_int, compare: Compare) -> *mut Walk {
    let listed = (0..).map(|index| unsafe { *paths.add(index) }).take_while(|path| !path.is_null());
    let listed: Vec<&CStr> = listed.map(|path| unsafe { CStr::from_ptr(path) }).collect();
    if !listed.iter().any(|path| unsafe { is_inside(AT_FDCWD, path.as_ptr()) }) {
        return unsafe { original::fts_open(paths, options, compare) };
    }
    unsafe { Walk::open(&listed, options, compare) }.unwrap_or_else(|refused| {
        errno::set(refused);
        null_mut()
    })
}

unsafe fn is_ours(walk: *mut Walk) -> bool {
    unsafe { (*walk).options & OURS != 0 }
}

unsafe fn read(walk: *mut Walk) -> *mut Entry {
    unsafe { if is_ours(walk) { (*walk).read() } else { original::fts_read(walk) } }
}

unsafe fn children(walk: *mut Walk, options: c_int) -> *mut Entry {
    unsafe { if is_ours(walk) { (*walk).list_children(options) } else { original::fts_children(walk, options) } }
}

unsafe fn close(walk: *mut Walk) -> c_int {
    unsafe { if is_ours(walk) { Walk::close(walk) } else { original::fts_close(walk) } }
}

exported! {
    fn fts_open(paths: *const *const c_char, options: c_int, compare: Compare) -> *mut Walk = open(paths, options, compare);
    fn fts64_open(paths: *const *const c_char, options: c_int, compare: Compare) -> *mut Walk = open(paths, options, compare);
    fn fts_read(walk: *mut Walk) -> *mut Entry = read(walk);
    fn fts64_read(walk: *mut Walk) -> *mut Entry = read(walk);
    fn fts_children(walk: *mut Walk, options: c_int) -> *mut Entry = children(walk, options);
    fn fts64_children(walk: *mut Walk, options: c_int) -> *mut Entry = children(walk, options);
    fn fts_set(walk: *mut Walk, entry: *mut Entry, instruction: c_int) -> c_int =
        original::fts_set(walk, entry, instruction);
    fn fts64_set(walk: *mut Walk, entry: *mut Entry, instruction: c_int) -> c_int =
        original::fts_set(walk, entry, instruction);
    fn fts_close(walk: *mut Walk) -> c_int = close(walk);
    fn fts64_close(walk: *mut Walk) -> c_int = close(walk);
}
