//! Python's memory from another allocator than the C library's: `PyMem_SetAllocator` and its kin.
//!
//! Which backend there is was decided when this crate was compiled: its feature `allocator-…` also makes it the allocator
//! of Rust's own code. Without such a feature the backend is Rust's `System`, reached the way any Rust code reaches it.

use super::api;
use super::choices::AllocatorBackend;
use super::config::InterpreterConfig;
use super::error::Error;
use pyo3_ffi::{PyMemAllocatorDomain, PyMemAllocatorEx, PyObjectArenaAllocator};
use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::ptr::null_mut;

#[cfg(any(
    all(feature = "allocator-jemalloc", feature = "allocator-mimalloc"),
    all(feature = "allocator-jemalloc", feature = "allocator-snmalloc"),
    all(feature = "allocator-mimalloc", feature = "allocator-snmalloc"),
))]
compile_error!("a program has one allocator: choose one of the features allocator-jemalloc, -mimalloc and -snmalloc");

/// A pool of pymalloc, to which it aligns arenas by itself when they are not, at the price of one pool.
const ARENA_ALIGN: usize = 16 * 1024;

#[cfg(feature = "allocator-jemalloc")]
mod backend {
    pub const LINKED: super::AllocatorBackend = super::AllocatorBackend::Jemalloc;
    pub use tikv_jemalloc_sys::{calloc, free, malloc, realloc};

    #[global_allocator]
    static OF_RUST: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
}

#[cfg(feature = "allocator-mimalloc")]
mod backend {
    use std::ffi::c_void;

    pub const LINKED: super::AllocatorBackend = super::AllocatorBackend::Mimalloc;
    pub use libmimalloc_sys::{mi_free as free, mi_malloc as malloc, mi_realloc as realloc};

    #[global_allocator]
    static OF_RUST: mimalloc::MiMalloc = mimalloc::MiMalloc;

    pub unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
        // Safety: plain call.
        count.checked_mul(size).map_or(std::ptr::null_mut(), |bytes| unsafe { libmimalloc_sys::mi_zalloc(bytes) })
    }
}

#[cfg(feature = "allocator-snmalloc")]
mod backend {
    pub const LINKED: super::AllocatorBackend = super::AllocatorBackend::Snmalloc;
    pub use snmalloc_sys::{sn_calloc as calloc, sn_free as free, sn_malloc as malloc, sn_realloc as realloc};

    #[global_allocator]
    static OF_RUST: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;
}

/// Rust's allocators want to be told the size again that they were asked for: it stands before each block.
#[cfg(not(any(feature = "allocator-jemalloc", feature = "allocator-mimalloc", feature = "allocator-snmalloc")))]
mod backend {
    use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc as reallocate};
    use std::ffi::c_void;
    use std::ptr::null_mut;

    pub const LINKED: super::AllocatorBackend = super::AllocatorBackend::Rust;
    /// What C's malloc aligns to, and room for the size.
    const ALIGN: usize = 16;

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size.checked_add(ALIGN)?, ALIGN).ok()
    }

    /// Writes the size into a new block; what Python gets begins after it.
    unsafe fn begin(block: *mut u8, size: usize) -> *mut c_void {
        if block.is_null() {
            return null_mut();
        }
        // Safety: the block is ALIGN bytes longer than what was asked for.
        unsafe {
            block.cast::<usize>().write(size);
            block.add(ALIGN).cast()
        }
    }

    /// The block and its layout.
    unsafe fn block_of(pointer: *mut c_void) -> (*mut u8, Layout) {
        // Safety: made by `begin`, of a size that had a layout.
        unsafe {
            let block = pointer.cast::<u8>().sub(ALIGN);
            (block, Layout::from_size_align_unchecked(block.cast::<usize>().read() + ALIGN, ALIGN))
        }
    }

    pub unsafe fn malloc(size: usize) -> *mut c_void {
        // Safety: never of size 0.
        layout(size).map_or(null_mut(), |layout| unsafe { begin(alloc(layout), size) })
    }

    pub unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
        let Some(bytes) = count.checked_mul(size) else { return null_mut() };
        // Safety: never of size 0.
        layout(bytes).map_or(null_mut(), |layout| unsafe { begin(alloc_zeroed(layout), bytes) })
    }

    pub unsafe fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
        if pointer.is_null() {
            return unsafe { malloc(size) };
        }
        let Some(wanted) = layout(size) else { return null_mut() };
        // Safety: Python gives back what it got from here.
        unsafe {
            let (block, had) = block_of(pointer);
            begin(reallocate(block, had, wanted.size()), size)
        }
    }

    pub unsafe fn free(pointer: *mut c_void) {
        if !pointer.is_null() {
            // Safety: as above.
            unsafe {
                let (block, layout) = block_of(pointer);
                dealloc(block, layout);
            }
        }
    }
}

/// Sets the domains' allocators; between pre-initialization and initialization of Python. Fails where another backend is
/// wanted than this program has.
pub fn install(config: &InterpreterConfig) -> Result<(), Error> {
    if let Some(backend) = config.allocator_backend {
        if backend != backend::LINKED && backend != AllocatorBackend::Rust {
            let (wanted, linked) = (backend.as_str(), backend::LINKED.as_str());
            return Err(Error::Config {
                reason: format!("it wants the allocator {wanted}, and {linked} is linked in"),
            });
        }
        set_functions(config)?;
    }
    if config.allocator_debug {
        // Safety: wraps what is set by now.
        unsafe { api::PyMem_SetupDebugHooks() };
    }
    Ok(())
}

fn set_functions(config: &InterpreterConfig) -> Result<(), Error> {
    if config.allocator_pymalloc_arena && (config.allocator_mem || config.allocator_obj) {
        return Err(Error::Config { reason: "arenas are pymalloc's, which the mem and obj domains replace".into() });
    }
    let domains = [
        (config.allocator_raw, PyMemAllocatorDomain::PYMEM_DOMAIN_RAW),
        (config.allocator_mem, PyMemAllocatorDomain::PYMEM_DOMAIN_MEM),
        (config.allocator_obj, PyMemAllocatorDomain::PYMEM_DOMAIN_OBJ),
    ];
    for domain in domains.into_iter().filter_map(|(wanted, domain)| wanted.then_some(domain)) {
        let mut functions = PyMemAllocatorEx {
            ctx: null_mut(),
            malloc: Some(allocate),
            calloc: Some(allocate_zeroed),
            realloc: Some(reallocate),
            free: Some(release),
        };
        // Safety: the functions are copied.
        unsafe { api::PyMem_SetAllocator(domain, &mut functions) };
    }
    if config.allocator_pymalloc_arena {
        let mut functions =
            PyObjectArenaAllocator { ctx: null_mut(), alloc: Some(allocate_arena), free: Some(release_arena) };
        // Safety: copied as well; Python has no arena yet.
        unsafe { api::PyObject_SetArenaAllocator(&mut functions) };
    }
    Ok(())
}

// Python wants a pointer of its own for each block, also for one of no bytes.

extern "C" fn allocate(_: *mut c_void, size: usize) -> *mut c_void {
    // Safety: plain call.
    unsafe { backend::malloc(size.max(1)) }
}

extern "C" fn allocate_zeroed(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // Safety: plain call.
    unsafe { if count == 0 || size == 0 { backend::calloc(1, 1) } else { backend::calloc(count, size) } }
}

extern "C" fn reallocate(_: *mut c_void, pointer: *mut c_void, size: usize) -> *mut c_void {
    // Safety: Python gives back what it got.
    unsafe { backend::realloc(pointer, size.max(1)) }
}

extern "C" fn release(_: *mut c_void, pointer: *mut c_void) {
    // Safety: Python gives back what it got.
    unsafe { backend::free(pointer) }
}

extern "C" fn allocate_arena(_: *mut c_void, size: usize) -> *mut c_void {
    // Safety: arenas are never empty.
    Layout::from_size_align(size, ARENA_ALIGN).map_or(null_mut(), |layout| unsafe { alloc(layout).cast() })
}

extern "C" fn release_arena(_: *mut c_void, pointer: *mut c_void, size: usize) {
    if let Ok(layout) = Layout::from_size_align(size, ARENA_ALIGN) {
        // Safety: what `allocate_arena` gave for this size.
        unsafe { dealloc(pointer.cast(), layout) }
    }
}
