//! The allocator: dlmalloc over a page source that grows linear memory by an eighth at a time.
//!
//! Each growth of linear memory makes JavaScript's views of it void and may move it. The standard page source grows by what is
//! asked for, a few pages at a time; measured over 300,000 contexts that made cold updates three to five times slower.

#![allow(unsafe_code, reason = "an allocator hands out raw memory")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr;

use dlmalloc::{Allocator, Dlmalloc};

const PAGE: usize = 65_536;

struct Pages;

// SAFETY: `alloc` gives whole fresh pages at the end of linear memory, which nobody else has; nothing is ever given back.
unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let asked = size.div_ceil(PAGE);
        let generous = asked.max(wasm32::memory_size(0) / 8);
        for pages in [generous, asked] {
            let before = wasm32::memory_grow(0, pages);
            if before != usize::MAX {
                return (ptr::without_provenance_mut(before * PAGE), pages * PAGE, 0);
            }
        }
        (ptr::null_mut(), 0, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

struct Global(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: the module is built without threads.
unsafe impl Sync for Global {}

// SAFETY: all calls are passed on to dlmalloc, one at a time, since there is one thread and no call comes back in.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).free(at, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { (*self.0.get()).realloc(at, layout.size(), layout.align(), size) }
    }
}

#[global_allocator]
static GLOBAL: Global = Global(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages)));
