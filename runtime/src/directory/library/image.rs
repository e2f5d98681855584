//! Libraries in memory, each under a name that libc has not met.

use super::arrival::{Arrival, GATES, Rest};
use super::{Handle, Library, elf, open_original};
use crate::directory::errno::Errno;
use crate::directory::{fallback, original, space};
use crate::payload::Content;
use libc::{RTLD_LAZY, RTLD_NOLOAD};
use std::cell::UnsafeCell;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};

/// A library that is being opened, perhaps by several threads at once. It never spans a call of libc's loader, which
/// has a lock of its own and calls initializers that may open libraries in turn.
struct Entry {
    path: Vec<u8>,
    users: usize,
    image: Option<Image>,
}

/// A file that libc can open by that name.
struct Image {
    name: CString,
    /// None where it is on disk.
    memory: Option<i32>,
    /// None where it is the whole library.
    arrival: Option<Arc<Arrival>>,
    /// The process that made it, which is in the name.
    process: u32,
}

/// A share in the opening of one library; the last to leave closes the file.
pub struct Flight {
    path: Vec<u8>,
}

/// A lock that fork can hold: the child of a threaded program may open libraries too.
struct Flights {
    lock: UnsafeCell<libc::pthread_mutex_t>,
    entries: UnsafeCell<Vec<Entry>>,
}

// Safety: `entries` is only touched with the lock held.
unsafe impl Sync for Flights {}

static FLIGHTS: Flights =
    Flights { lock: UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER), entries: UnsafeCell::new(Vec::new()) };

extern "C" fn lock() {
    unsafe { libc::pthread_mutex_lock(FLIGHTS.lock.get()) };
}

extern "C" fn unlock() {
    unsafe { libc::pthread_mutex_unlock(FLIGHTS.lock.get()) };
}

fn locked<T>(work: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
    static AT_FORK: Once = Once::new();
    AT_FORK.call_once(|| {
        unsafe { libc::pthread_atfork(Some(lock), Some(unlock), Some(unlock)) };
    });
    lock();
    // Safety: the lock is held.
    let result = work(unsafe { &mut *FLIGHTS.entries.get() });
    unlock();
    result
}

impl Flight {
    pub fn join(path: &[u8]) -> Flight {
        locked(|entries| match entries.iter_mut().find(|entry| entry.path == path) {
            Some(entry) => entry.users += 1,
            None => entries.push(Entry { path: path.to_vec(), users: 1, image: None }),
        });
        Flight { path: path.to_vec() }
    }

    /// The name of a file with the library's bytes, the same for all who open it now.
    pub fn image(&self, library: &Library, content: &Content) -> Result<CString, Errno> {
        self.drop_inherited();
        locked(|entries| {
            let Some(at) = entries.iter().position(|entry| entry.path == self.path) else {
                return Err(Errno(libc::ENOENT));
            };
            if let Some(image) = &entries[at].image {
                return Ok(image.name.clone());
            }
            let held = |gate: &usize| entries.iter().any(|entry| entry.holds(*gate));
            let free = (0..GATES.len()).find(|gate| !held(gate));
            Ok(entries[at].image.insert(make(library, content, free)?).name.clone())
        })
    }
}

impl Flight {
    /// To be called with what libc handed out. A library that still has its first name has not arrived, if it ever
    /// does: the constructor of what it needs on disk opens it. libc gives that constructor the library as it is, with no
    /// constructor called, but with code.
    pub fn make_whole(&self, image: &CStr, handle: &Handle) {
        if handle.name().as_deref() != Some(image) {
            return;
        }
        let find = |entries: &mut Vec<Entry>| {
            entries.iter().find(|entry| entry.path == self.path).and_then(Entry::arrival).cloned()
        };
        if let (Some(arrival), Some(base)) = (locked(find), handle.base()) {
            arrival.map_rest(base);
        }
    }

    /// A child is born with the flights of its parent's threads, and the name of such a file leads to the parent's
    /// descriptors. It stays where libc has opened it already: fork was called in a constructor.
    fn drop_inherited(&self) {
        let process = std::process::id();
        let is_foreign = |entry: &Entry| entry.image.as_ref().is_some_and(|image| image.process != process);
        let foreign = locked(|entries| {
            let entry = entries.iter().find(|entry| entry.path == self.path && is_foreign(entry))?;
            entry.image.as_ref().map(|image| image.name.clone())
        });
        // Not with our lock held: constructors take it while they hold libc's.
        let Some(name) = foreign.filter(|name| open_original(name, RTLD_LAZY | RTLD_NOLOAD).is_err()) else { return };
        locked(|entries| {
            let named = |entry: &&mut Entry| entry.image.as_ref().is_some_and(|image| image.name == name);
            if let Some(fd) = entries.iter_mut().find(named).and_then(|entry| entry.image.take()?.memory) {
                space::close(fd);
            }
        });
    }
}

impl Entry {
    fn holds(&self, gate: usize) -> bool {
        self.arrival().is_some_and(|arrival| arrival.gate == gate)
    }

    fn arrival(&self) -> Option<&Arc<Arrival>> {
        self.image.as_ref()?.arrival.as_ref()
    }
}

/// The library that holds a gate.
pub fn arrival_at(gate: usize) -> Option<Arc<Arrival>> {
    locked(|entries| entries.iter().find(|entry| entry.holds(gate)).and_then(Entry::arrival).cloned())
}

impl Drop for Flight {
    fn drop(&mut self) {
        locked(|entries| {
            let Some(at) = entries.iter().position(|entry| entry.path == self.path) else { return };
            entries[at].users -= 1;
            if entries[at].users == 0
                && let Some(fd) = entries.swap_remove(at).image.and_then(|image| image.memory)
            {
                space::close(fd);
            }
        });
    }
}

fn make(library: &Library, content: &Content, gate: Option<usize>) -> Result<Image, Errno> {
    match in_memory(library, content, gate) {
        Err(refused) if space::is_forbidden(refused) => {
            let name = fallback::file(library.path, content).ok_or(refused)?;
            Ok(Image { name, memory: None, arrival: None, process: std::process::id() })
        }
        made => made,
    }
}

fn in_memory(library: &Library, content: &Content, gate: Option<usize>) -> Result<Image, Errno> {
    let rest = gate.and_then(|gate| Some((gate, Rest::of(library.payload, content)?)));
    let memory = space::memory(library.path)?;
    let written = match &rest {
        Some((gate, rest)) => rest.write_others(memory, *gate),
        None => write_whole(memory, content),
    };
    if let Err(refused) = written {
        space::close(memory);
        return Err(refused);
    }
    let image = unique_name(memory);
    let arrival = rest.map(|(gate, rest)| {
        let (image, name) = (image.clone(), library.name.clone());
        Arc::new(Arrival { rest, memory, image, name, gate })
    });
    Ok(Image { name: image, memory: Some(memory), arrival, process: std::process::id() })
}

/// A library as libc maps it. What lies behind (section headers, symbols for debuggers) is left out.
fn write_whole(memory: i32, content: &[u8]) -> Result<(), Errno> {
    let length = elf::mapped_bytes(content);
    space::write_all(memory, &content[..length])?;
    if length < content.len() && length >= elf::HEADER_BYTES {
        for field in elf::SECTION_FIELDS {
            space::write_all_at(memory, &[0; 8][..field.len()], field.start)?;
        }
    }
    Ok(())
}

/// libc knows libraries by their names, and descriptor numbers come back: two libraries that were both opened as
/// `/proc/PID/fd/4` would be one to it. A running number, written in the two ways to say "here", keeps them apart.
///
/// Debuggers open what they read in the list of loaded objects. `/proc/self` would lead them to descriptors of their own:
/// gdb waits for ever on the pipe that it finds there.
fn unique_name(fd: i32) -> CString {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let mut number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut name = [b"/proc/", &own_number()[..], b"/fd/"].concat();
    while number > 0 {
        name.extend_from_slice(if number & 1 == 1 { b"./" } else { b"/" });
        number >>= 1;
    }
    name.extend_from_slice(fd.to_string().as_bytes());
    CString::new(name).unwrap_or_default()
}

/// This process as /proc numbers it: the mount may be that of another PID namespace, so getpid is not asked.
fn own_number() -> Vec<u8> {
    let mut number = [0u8; 16];
    // Safety: at most that many bytes are written.
    let read = unsafe { original::readlink(c"/proc/self".as_ptr(), number.as_mut_ptr().cast(), number.len()) };
    match usize::try_from(read) {
        Ok(length) if length < number.len() => number[..length].to_vec(),
        _ => b"self".to_vec(),
    }
}

/// Whether libc's words mean that memory may not be executed here (a hardened kernel) or has no name (no /proc).
pub fn is_useless(image: &CStr, text: &str) -> bool {
    let refused = ["failed to map segment", "cannot change memory protections", "cannot open shared object file"];
    text.starts_with(&*image.to_string_lossy()) && refused.iter().any(|words| text.contains(words))
}
