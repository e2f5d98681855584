//! dlopen of packed libraries.
//!
//! A library is copied to memory, save for what can be mapped from the executable (`plan`), opened there by libc under a
//! name of its own, and then given its virtual path as its name in the list of loaded objects. From then on libc knows
//! it by that path: opening it again gives the same handle with its count, `dladdr`, debuggers and tracebacks name it.
//! What it needs of the tree is opened before it, so that libc finds those by SONAME.

mod arrival;
mod elf;
mod failure;
mod image;
mod needs;
mod plan;

use super::place::{is_inside, route};
use super::resolve::Kind;
use super::tree::{self, Node};
use super::{fallback, original};
use crate::payload::{Content, Payload, payload};
use failure::{Failure, remember};
use image::Flight;
use libc::{AT_FDCWD, Dl_info, RTLD_NOLOAD, c_char, c_int, c_long, c_void};
use std::ffi::{CStr, CString};
use std::ptr::null_mut;

/// How many packed libraries that libc did not find by itself are searched for by name, for one `dlopen`. Bounds a
/// damaged library that asks for ever new names.
const MISSING_MAX: usize = 64;

/// What the first field of a `link_map` (<link.h>) holds.
#[repr(C)]
struct LinkMap {
    address: usize,
    name: *mut c_char,
}

/// A handle of libc's that closes itself.
pub struct Handle(*mut c_void);

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { libc::dlclose(self.0) };
    }
}

impl Handle {
    /// The name in the list of loaded objects.
    fn name(&self) -> Option<CString> {
        self.map().map(|map| unsafe { CStr::from_ptr((*map).name) }.to_owned())
    }

    fn map(&self) -> Option<*mut LinkMap> {
        let mut map: *mut LinkMap = null_mut();
        let failed = unsafe { libc::dlinfo(self.0, libc::RTLD_DI_LINKMAP, (&raw mut map).cast()) } != 0;
        (!failed && !map.is_null()).then_some(map)
    }

    /// Where the library is loaded: what its addresses are relative to.
    fn base(&self) -> Option<usize> {
        self.map().map(|map| unsafe { (*map).address })
    }

    /// The name that libc gave it stays allocated: somebody may be looking at it.
    fn give_name(&self, name: &CStr) {
        let Some(map) = self.map() else { return };
        unsafe {
            if CStr::from_ptr((*map).name) == name {
                return;
            }
            // libc frees the name when the library is closed, so it has to come from malloc.
            let name = libc::strdup(name.as_ptr());
            if !name.is_null() {
                (*map).name = name;
            }
        }
    }

    fn into_raw(self) -> *mut c_void {
        let raw = self.0;
        std::mem::forget(self);
        raw
    }
}

/// libc's own `dlopen`; the text of its failure.
fn open_original(name: &CStr, flags: c_int) -> Result<Handle, String> {
    let handle = unsafe { original::dlopen(name.as_ptr(), flags) };
    if handle.is_null() { Err(failure::take_original()) } else { Ok(Handle(handle)) }
}

/// The library at a normalized path of the tree.
pub struct Library<'a> {
    payload: &'static Payload,
    path: &'a [u8],
    /// The virtual path, which is also its name.
    name: CString,
}

impl<'a> Library<'a> {
    pub fn new(payload: &'static Payload, path: &'a [u8]) -> Option<Library<'a>> {
        let name = CString::new([payload.root(), b"/", path].concat()).ok()?;
        Some(Library { payload, path, name })
    }

    fn content(&self) -> Result<Content, Failure> {
        match tree::find(self.payload, self.path) {
            Some(node @ Node::Packed(entry)) if node.kind() == Kind::File => self
                .payload
                .content(entry)
                .map_err(|damaged| Failure::new(&self.name, &format!("cannot read file data: {damaged}"))),
            Some(_) => Err(Failure::new(&self.name, "cannot read file data: Is a directory")),
            None => Err(Failure::new(&self.name, "cannot open shared object file: No such file or directory")),
        }
    }

    /// Opens it, with `above` the paths of those that are being opened because they need it: no library needs itself.
    pub fn open(&self, flags: c_int, above: &[&[u8]]) -> Result<Handle, Failure> {
        // Others that open the same library now share its image, so libc sees one file and opens it once. This comes
        // before asking whether it is loaded: who is last to leave the flight has named it by then.
        let flight = Flight::join(self.path);
        if let Ok(handle) = open_original(&self.name, flags | RTLD_NOLOAD) {
            return Ok(handle);
        }
        let content = self.content()?;
        if flags & RTLD_NOLOAD != 0 {
            return Err(Failure::silent());
        }
        let above: Vec<&[u8]> = above.iter().copied().chain([self.path]).collect();
        let mut needed = needs::open(self.payload, self.path, &content, &above);
        let mut image = flight.image(self, &content).map_err(|errno| {
            let reason = std::io::Error::from_raw_os_error(errno.0);
            Failure::new(&self.name, &format!("cannot create a file in memory: {reason}"))
        })?;
        for _ in 0..MISSING_MAX {
            let text = match open_original(&image, flags) {
                Ok(handle) => {
                    flight.make_whole(&image, &handle);
                    handle.give_name(&self.name);
                    return Ok(handle);
                }
                Err(text) => text,
            };
            if image::is_useless(&image, &text)
                && let Some(on_disk) = fallback::file(self.path, &content)
                && on_disk != image
            {
                image = on_disk;
                continue;
            }
            match needs::open_missing(self.payload, &text, &above) {
                Some(Ok(handle)) => needed.handles.push(handle),
                Some(Err(circle)) if circle.mentions(needs::CIRCLE) => return Err(circle),
                _ => {
                    let own = Failure::new_text(&text, &image, &self.name);
                    return Err(needed.failure.unwrap_or(own));
                }
            }
        }
        Err(Failure::new(&self.name, "needs too many libraries that cannot be opened"))
    }
}

/// What the assembly of `dlopen` has to do: return `value`, or go on to libc's function at that address.
#[repr(C)]
struct Decision {
    value: *mut c_void,
    answered: usize,
}

unsafe extern "C" fn decide(path: *const c_char, flags: c_int, caller: *const c_void) -> Decision {
    failure::forget();
    match unsafe { answer(path, flags, caller) } {
        Some(handle) => Decision { value: handle, answered: 1 },
        None => Decision { value: original::dlopen_address(), answered: 0 },
    }
}

/// None: nothing of ours.
unsafe fn answer(path: *const c_char, flags: c_int, caller: *const c_void) -> Option<*mut c_void> {
    let payload = payload()?;
    if path.is_null() {
        return None;
    }
    if unsafe { libc::strchr(path, c_int::from(b'/')) }.is_null() {
        return by_name(payload, unsafe { CStr::from_ptr(path) }, flags, caller_at(payload, caller));
    }
    // Failing with ENOTDIR makes `route` look at the path more closely; anything else leaves it to libc.
    let mut handle = None;
    let theirs = |dirfd, path| unsafe { original::faccessat(dirfd, path, libc::F_OK, 0) };
    unsafe {
        route(AT_FDCWD, path, theirs, |place| {
            handle = Some(opened(Library::new(place.payload, place.path), flags));
            Ok(0)
        });
    }
    handle
}

fn opened(library: Option<Library>, flags: c_int) -> *mut c_void {
    let Some(library) = library else { return null_mut() };
    match library.open(flags, &[]) {
        Ok(handle) => handle.into_raw(),
        Err(failure) => {
            remember(failure);
            null_mut()
        }
    }
}

/// Who asks for a library.
enum Caller {
    /// The executable, or code that belongs to no object.
    Program,
    /// A packed library, by its path relative to the root.
    Packed(&'static [u8]),
    OnDisk,
}

fn caller_at(payload: &Payload, address: *const c_void) -> Caller {
    let object = |address: *const c_void| {
        // Safety: all zeros is a value of this plain structure, and `dladdr` takes any address.
        let mut info: Dl_info = unsafe { std::mem::zeroed() };
        (unsafe { libc::dladdr(address, &mut info) } != 0 && !info.dli_fname.is_null()).then_some(info)
    };
    let Some(found) = object(address) else { return Caller::Program };
    let own = object(decide as *const c_void);
    if own.is_some_and(|own| own.dli_fbase == found.dli_fbase) {
        return Caller::Program;
    }
    // Safety: the name stays as long as its library, which is waiting for our answer.
    let name: &'static [u8] = unsafe { CStr::from_ptr(found.dli_fname) }.to_bytes();
    match name.strip_prefix(payload.root()).and_then(|path| path.strip_prefix(b"/")) {
        Some(path) => Caller::Packed(path),
        None => Caller::OnDisk,
    }
}

/// A bare name: what the calling library's own search path finds in the tree, then what libc finds, then whatever in
/// the tree has that name. A library on disk keeps its own search path: libc is left to answer it.
fn by_name(payload: &'static Payload, name: &CStr, flags: c_int, caller: Caller) -> Option<*mut c_void> {
    let caller = match caller {
        Caller::OnDisk => return None,
        Caller::Packed(path) => Some(path),
        Caller::Program => None,
    };
    if let Some(path) = needs::find_beside(payload, caller, name.to_bytes()) {
        if let Ok(handle) = open_original(name, flags | RTLD_NOLOAD) {
            return Some(handle.into_raw());
        }
        return Some(opened(Library::new(payload, &path), flags));
    }
    match open_original(name, flags) {
        Ok(handle) => Some(handle.into_raw()),
        Err(text) => match needs::find_anywhere(payload, name.to_bytes()) {
            Some(path) => Some(opened(Library::new(payload, &path), flags)),
            None => {
                remember(Failure::from_text(&text));
                Some(null_mut())
            }
        },
    }
}

unsafe fn open_in_namespace(namespace: c_long, path: *const c_char, flags: c_int) -> *mut c_void {
    failure::forget();
    unsafe {
        let packed = !path.is_null() && !libc::strchr(path, c_int::from(b'/')).is_null() && is_inside(AT_FDCWD, path);
        if packed && namespace != 0 {
            let reason = "a packed library is opened from memory, where only the program's own namespace finds it";
            remember(Failure::new(CStr::from_ptr(path), reason));
            return null_mut();
        }
        if packed {
            return answer(path, flags, null_mut()).unwrap_or(null_mut());
        }
        original::dlmopen(namespace, path, flags)
    }
}

/// libc finds out by the return address which library is calling, so its function is entered by a jump.
///
/// # Safety
/// As for libc's function of this name.
#[unsafe(no_mangle)]
#[unsafe(naked)]
pub unsafe extern "C" fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void {
    std::arch::naked_asm!(
        "push rdi",
        "push rsi",
        "sub rsp, 8",
        "mov rdx, [rsp + 24]",
        "call {decide}",
        "add rsp, 8",
        "pop rsi",
        "pop rdi",
        "test rdx, rdx",
        "jz 2f",
        "ret",
        "2:",
        "jmp rax",
        decide = sym decide,
    )
}

exported! {
    fn dlmopen(namespace: c_long, path: *const c_char, flags: c_int) -> *mut c_void =
        open_in_namespace(namespace, path, flags);
    fn dlerror() -> *mut c_char = failure::show();
}
