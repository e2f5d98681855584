//! The arrival of a library: it is loaded and relocated, and libc calls its constructors.
//!
//! libc calls one of the functions of `GATES` in their place, with its own lock held: whoever else opens a library
//! waits, so does `dlsym`, and its symbols become visible to all (RTLD_GLOBAL) after its constructors only. So nobody runs
//! code of this library before all of it is there. What was left out of the copy in memory is mapped from the file that holds it,
//! the library gets its virtual name, and its constructors run in the order in which libc would have called them.
//! Destructors need nothing: libc has marked the library as one whose constructors ran, and calls them itself.
//!
//! Between libc's mapping and this, other threads can come across the library in `dl_iterate_phdr` alone. Its pages are
//! there (code reads as zeros), and an unwinder looks into none of them: no thread has a return address in it.

use super::plan::{PAGE_BYTES, Plan};
use super::{image, open_original};
use crate::directory::errno::{self, Errno};
use crate::directory::{original, space};
use crate::payload::{Backing, Content, Payload};
use libc::{MAP_FAILED, MAP_FIXED, MAP_PRIVATE, O_CLOEXEC, O_RDONLY, RTLD_LAZY, RTLD_NOLOAD};
use libc::{c_char, c_int, c_void};
use std::ffi::CString;

type Strings = *const *const c_char;
/// What libc calls to construct a library, with the arguments of the program.
type Constructor = unsafe extern "C" fn(c_int, Strings, Strings);

/// The part of a library that stays in the file that holds the payload.
pub struct Rest {
    plan: Plan,
    content: &'static [u8],
    /// That file, and where in it the library begins.
    file: c_int,
    offset: i64,
}

/// A library that is partly in memory.
pub struct Arrival {
    pub rest: Rest,
    /// The other part, and the name to open it by.
    pub memory: c_int,
    pub image: CString,
    /// The virtual name.
    pub name: CString,
    pub gate: usize,
}

impl Rest {
    /// None for a library that has to be copied as a whole.
    pub fn of(payload: &Payload, content: &Content) -> Option<Rest> {
        let (&Content::Mapped(bytes), Some((backing, offset))) = (content, payload.in_file(content)) else {
            return None;
        };
        let offset = i64::try_from(offset).ok().filter(|offset| offset % PAGE_BYTES as i64 == 0)?;
        let plan = Plan::of(bytes)?;
        let file = errno::preserved(|| unsafe { original::open64(backing.file().as_ptr(), O_RDONLY | O_CLOEXEC, 0) });
        let rest = Rest { plan, content: bytes, file, offset };
        (file >= 0 && rest.is_in(backing)).then_some(rest)
    }

    /// Whether the file is the one that the payload was mapped from: it may have been replaced since, and with the
    /// executable an emulator may stand between.
    fn is_in(&self, backing: &Backing) -> bool {
        let mut stat = std::mem::MaybeUninit::uninit();
        // Safety: filled where the call does not fail.
        let is_it =
            unsafe { original::fstat64(self.file, stat.as_mut_ptr()) == 0 && backing.is(stat.assume_init_ref()) };
        if !is_it {
            return false;
        }
        let mut head = [0u8; 64];
        let read = unsafe { libc::pread(self.file, head.as_mut_ptr().cast(), head.len(), self.offset) };
        read == head.len() as isize && self.content.starts_with(&head)
    }

    /// Writes the other part to an empty file.
    pub fn write_others(&self, memory: c_int, gate: usize) -> Result<(), Errno> {
        space::set_length(memory, self.plan.length)?;
        self.plan.write(GATES[gate] as usize, self.content, |at, bytes| space::write_all_at(memory, bytes, at))
    }

    /// Maps it over the holes of the other part. Where that fails, the holes are filled: the mapping shows them.
    fn map(&self, base: usize, memory: c_int) {
        for piece in &self.plan.pieces {
            let (start, length) = (piece.bytes.start, piece.bytes.len());
            let (at, offset) = ((base + piece.address as usize) as *mut c_void, self.offset + start as i64);
            // Safety: the library's own pages, which nobody has used yet.
            let mapped =
                unsafe { libc::mmap(at, length, piece.protection, MAP_PRIVATE | MAP_FIXED, self.file, offset) };
            if mapped == MAP_FAILED && space::write_all_at(memory, &self.content[piece.bytes.clone()], start).is_err() {
                give_up("no memory for it");
            }
        }
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        if self.file >= 0 {
            space::close(self.file);
        }
    }
}

impl Arrival {
    pub fn map_rest(&self, base: usize) {
        self.rest.map(base, self.memory);
    }

    unsafe fn complete(&self, count: c_int, arguments: Strings, environment: Strings) {
        let found = open_original(&self.image, RTLD_LAZY | RTLD_NOLOAD).ok();
        let Some((handle, base)) = found.and_then(|handle| handle.base().map(|base| (handle, base))) else {
            give_up("libc does not know it");
        };
        self.map_rest(base);
        handle.give_name(&self.name);
        drop(handle);
        let constructors = &self.rest.plan.constructors;
        let list = (base + constructors.list as usize) as *const usize;
        let first = constructors.first.map(|first| base + first as usize);
        // Safety: as libc would have done it, which has relocated the list.
        unsafe {
            let listed = (0..constructors.count).map(|index| list.add(index).read());
            for address in first.into_iter().chain(listed) {
                std::mem::transmute::<usize, Constructor>(address)(count, arguments, environment);
            }
        }
    }
}

/// A constructor has no way to fail.
fn give_up(reason: &str) -> ! {
    eprintln!("oxd: cannot load a packed library: {reason}");
    std::process::abort()
}

/// What libc calls in place of the constructors of the library that holds this gate.
unsafe extern "C" fn enter<const GATE: usize>(count: c_int, arguments: Strings, environment: Strings) {
    match image::arrival_at(GATE) {
        Some(arrival) => unsafe { arrival.complete(count, arguments, environment) },
        None => give_up("it arrived unasked"),
    }
}

macro_rules! gates {
    ($($gate:literal)*) => { [$(enter::<$gate>),*] };
}

/// One for each library that is being opened. More are only needed where a constructor opens a library whose
/// constructor opens a library and so on, or by as many threads; those are copied as a whole.
pub static GATES: [Constructor; 16] = gates!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
