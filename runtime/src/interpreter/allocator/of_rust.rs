//! The allocator of the program's Rust code, whichever that is, as one that Python can use.
//!
//! Rust's allocators want to be told the size again that they were asked for: it stands before each block.

use super::Functions;
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::ffi::c_void;
use std::ptr::null_mut;

pub struct OfRust;

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

impl Functions for OfRust {
    unsafe fn malloc(size: usize) -> *mut c_void {
        // Safety: never of size 0.
        layout(size).map_or(null_mut(), |layout| unsafe { begin(alloc(layout), size) })
    }

    unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
        let Some(bytes) = count.checked_mul(size) else { return null_mut() };
        // Safety: never of size 0.
        layout(bytes).map_or(null_mut(), |layout| unsafe { begin(alloc_zeroed(layout), bytes) })
    }

    unsafe fn realloc(pointer: *mut c_void, size: usize) -> *mut c_void {
        if pointer.is_null() {
            return unsafe { Self::malloc(size) };
        }
        let Some(wanted) = layout(size) else { return null_mut() };
        // Safety: Python gives back what it got from here.
        unsafe {
            let (block, had) = block_of(pointer);
            begin(realloc(block, had, wanted.size()), size)
        }
    }

    unsafe fn free(pointer: *mut c_void) {
        if !pointer.is_null() {
            // Safety: as above.
            unsafe {
                let (block, layout) = block_of(pointer);
                dealloc(block, layout);
            }
        }
    }

    unsafe fn allocate_arena(layout: Layout) -> *mut u8 {
        // Safety: arenas are never empty.
        unsafe { alloc(layout) }
    }

    unsafe fn release_arena(arena: *mut u8, layout: Layout) {
        // Safety: what `allocate_arena` gave for this layout.
        unsafe { dealloc(arena, layout) }
    }
}
