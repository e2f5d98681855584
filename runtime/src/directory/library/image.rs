//! Libraries in memory, each under a name that libc has not met.

use super::elf;
use crate::directory::errno::Errno;
use crate::directory::{fallback, space};
use std::cell::UnsafeCell;
use std::ffi::{CStr, CString};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A library that is being opened, perhaps by several threads at once. It never spans a call of libc's loader, which
/// has a lock of its own and calls initializers that may open libraries in turn.
struct Entry {
    path: Vec<u8>,
    users: usize,
    /// Its file, and the name to open it by.
    image: Option<(Option<i32>, CString)>,
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
    pub fn image(&self, path: &[u8], content: &[u8]) -> Result<CString, Errno> {
        locked(|entries| {
            let Some(entry) = entries.iter_mut().find(|entry| entry.path == self.path) else {
                return Err(Errno(libc::ENOENT));
            };
            if let Some((_, name)) = &entry.image {
                return Ok(name.clone());
            }
            let made = match in_memory(path, content) {
                Ok((fd, name)) => (Some(fd), name),
                Err(refused) if space::is_forbidden(refused) => (None, fallback::file(path, content).ok_or(refused)?),
                Err(refused) => return Err(refused),
            };
            Ok(entry.image.insert(made).1.clone())
        })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        locked(|entries| {
            let Some(at) = entries.iter().position(|entry| entry.path == self.path) else { return };
            entries[at].users -= 1;
            if entries[at].users == 0
                && let Some((Some(fd), _)) = entries.swap_remove(at).image
            {
                space::close(fd);
            }
        });
    }
}

fn in_memory(path: &[u8], content: &[u8]) -> Result<(i32, CString), Errno> {
    let fd = space::memory(path)?;
    match space::write_all(fd, &content[..elf::mapped_bytes(content)]) {
        Ok(()) => Ok((fd, unique_name(fd))),
        Err(refused) => {
            space::close(fd);
            Err(refused)
        }
    }
}

/// libc knows libraries by their names, and descriptor numbers come back: two libraries that were both opened as
/// `/proc/self/fd/4` would be one to it. A running number, written in the two ways to say "here", keeps them apart.
fn unique_name(fd: i32) -> CString {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let mut number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut name = b"/proc/self/fd/".to_vec();
    while number > 0 {
        name.extend_from_slice(if number & 1 == 1 { b"./" } else { b"/" });
        number >>= 1;
    }
    name.extend_from_slice(fd.to_string().as_bytes());
    CString::new(name).unwrap_or_default()
}

/// Whether libc's words mean that memory may not be executed here (a hardened kernel) or has no name (no /proc).
pub fn is_useless(image: &CStr, text: &str) -> bool {
    let refused = ["failed to map segment", "cannot change memory protections", "cannot open shared object file"];
    text.starts_with(&*image.to_string_lossy()) && refused.iter().any(|words| text.contains(words))
}
