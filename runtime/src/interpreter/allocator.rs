//! Python's memory from another allocator than the C library's: `PyMem_SetAllocator` and its kin.
//!
//! Which there are was decided when this crate was compiled: that of the program's Rust code, which is the C library's
//! unless somebody says otherwise, and perhaps one more.

mod compiled;
mod of_rust;

use super::api;
use super::choices::{Allocator, AllocatorBackend};
use super::config::InterpreterConfig;
use super::error::Error;
use compiled::{BACKEND, Compiled};
use of_rust::OfRust;
use pyo3_ffi::{PyMemAllocatorDomain, PyMemAllocatorEx, PyObjectArenaAllocator};
use std::alloc::Layout;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;

/// A pool of pymalloc, to which it aligns arenas by itself when they are not, at the price of one pool.
const ARENA_ALIGN: usize = 16 * 1024;

/// As those of C's library. No block is empty, and what comes back was given out.
trait Functions {
    unsafe fn malloc(size: usize) -> *mut c_void;
    unsafe fn calloc(count: usize, size: usize) -> *mut c_void;
    unsafe fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void;
    unsafe fn free(pointer: *mut c_void);
    unsafe fn allocate_arena(layout: Layout) -> *mut u8;
    unsafe fn release_arena(arena: *mut u8, layout: Layout);
}

/// What decides who serves which domain.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Choice {
    usual: Option<Allocator>,
    backend: Option<AllocatorBackend>,
    /// raw, mem, obj, arenas
    domains: [bool; 4],
    debug: bool,
}

/// Of the first interpreter. CPython keeps some of an interpreter's memory for the next one, and has to give it back to
/// the allocator that it came from.
static SETTLED: Mutex<Option<Choice>> = Mutex::new(None);

impl Choice {
    fn of(config: &InterpreterConfig) -> Choice {
        let wanted =
            [config.allocator_raw, config.allocator_mem, config.allocator_obj, config.allocator_pymalloc_arena];
        let backend = config.allocator_backend.filter(|_| wanted.contains(&true));
        let domains = if backend.is_some() { wanted } else { [false; 4] };
        Choice { usual: config.allocator, backend, domains, debug: config.allocator_debug }
    }
}

/// Before Python is asked for anything: fails for what this program does not have, and for a change.
pub fn settle(config: &InterpreterConfig) -> Result<(), Error> {
    let refuse = |reason: String| Err(Error::Allocator { reason });
    if let Some(wanted) = config.allocator_backend
        && wanted != AllocatorBackend::Rust
        && wanted != BACKEND
    {
        let wanted = wanted.as_str();
        let linked = if BACKEND == AllocatorBackend::Rust { "none beside Rust's own" } else { BACKEND.as_str() };
        return refuse(format!(
            "this program has {linked}, and not {wanted}. Add the feature allocator-{wanted} to oxd-runtime in its \
             Cargo.toml, or change allocator_backend"
        ));
    }
    let choice = Choice::of(config);
    if let [_, mem, obj, true] = choice.domains
        && (mem || obj)
    {
        return refuse(
            "arenas are pymalloc's, which the mem and obj domains replace. Choose the one or the other".into(),
        );
    }
    let mut settled = SETTLED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if *settled.get_or_insert(choice) != choice {
        return refuse(
            "those of the first interpreter stay as long as the process. Give all interpreters the same".into(),
        );
    }
    Ok(())
}

/// Sets the domains' allocators; between pre-initialization and initialization of Python.
pub fn install(config: &InterpreterConfig) {
    match config.allocator_backend {
        None => {}
        Some(AllocatorBackend::Rust) => set_functions::<OfRust>(config),
        Some(_) => set_functions::<Compiled>(config),
    }
    if config.allocator_debug {
        // Safety: wraps what is set by now.
        unsafe { api::PyMem_SetupDebugHooks() };
    }
}

fn set_functions<F: Functions>(config: &InterpreterConfig) {
    let domains = [
        (config.allocator_raw, PyMemAllocatorDomain::PYMEM_DOMAIN_RAW),
        (config.allocator_mem, PyMemAllocatorDomain::PYMEM_DOMAIN_MEM),
        (config.allocator_obj, PyMemAllocatorDomain::PYMEM_DOMAIN_OBJ),
    ];
    for domain in domains.into_iter().filter_map(|(wanted, domain)| wanted.then_some(domain)) {
        let mut functions = PyMemAllocatorEx {
            ctx: null_mut(),
            malloc: Some(allocate::<F>),
            calloc: Some(allocate_zeroed::<F>),
            realloc: Some(reallocate::<F>),
            free: Some(release::<F>),
        };
        // Safety: the functions are copied.
        unsafe { api::PyMem_SetAllocator(domain, &mut functions) };
    }
    if config.allocator_pymalloc_arena {
        let mut functions = PyObjectArenaAllocator {
            ctx: null_mut(),
            alloc: Some(allocate_arena::<F>),
            free: Some(release_arena::<F>),
        };
        // Safety: copied as well; Python has no arena yet.
        unsafe { api::PyObject_SetArenaAllocator(&mut functions) };
    }
}

// Python wants a pointer of its own for each block, also for one of no bytes.

extern "C" fn allocate<F: Functions>(_: *mut c_void, size: usize) -> *mut c_void {
    // Safety: plain call.
    unsafe { F::malloc(size.max(1)) }
}

extern "C" fn allocate_zeroed<F: Functions>(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
    // Safety: plain call.
    unsafe { if count == 0 || size == 0 { F::calloc(1, 1) } else { F::calloc(count, size) } }
}

extern "C" fn reallocate<F: Functions>(_: *mut c_void, pointer: *mut c_void, size: usize) -> *mut c_void {
    // Safety: Python gives back what it got.
    unsafe { F::realloc(pointer, size.max(1)) }
}

extern "C" fn release<F: Functions>(_: *mut c_void, pointer: *mut c_void) {
    // Safety: Python gives back what it got.
    unsafe { F::free(pointer) }
}

extern "C" fn allocate_arena<F: Functions>(_: *mut c_void, size: usize) -> *mut c_void {
    // Safety: arenas are never empty.
    Layout::from_size_align(size, ARENA_ALIGN).map_or(null_mut(), |layout| unsafe { F::allocate_arena(layout).cast() })
}

extern "C" fn release_arena<F: Functions>(_: *mut c_void, pointer: *mut c_void, size: usize) {
    if let Ok(layout) = Layout::from_size_align(size, ARENA_ALIGN) {
        // Safety: what `allocate_arena` gave for this size.
        unsafe { F::release_arena(pointer.cast(), layout) }
    }
}
