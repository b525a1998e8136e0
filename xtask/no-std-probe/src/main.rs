//! Verifies a session token without a standard library and exits with 42.
//!
//! That it links at all is the proof: a second panic handler, which `std` would bring from
//! however far below, is an error. `cargo xtask ci no-std` builds and runs it.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::alloc::{GlobalAlloc, Layout};
use core::ffi::{c_int, c_void};
use core::panic::PanicInfo;

use clerk_core::UnixTime;
use clerk_jwt::{Policy, SessionClaims, UnverifiedToken, VerifyingKey};

const KEY: &str = include_str!("../../../crates/clerk-jwt/tests/keys/a.public.pem");
const TOKEN: &str = include_str!("../../../crates/clerk-jwt/tests/tokens/session_v2.jwt");
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

const VERIFIED: c_int = 42;
const REFUSED: c_int = 1;
const PANICKED: c_int = 2;

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    let Ok(key) = VerifyingKey::from_pem(KEY) else {
        return REFUSED;
    };
    let Ok(token) = UnverifiedToken::parse(TOKEN.trim()) else {
        return REFUSED;
    };
    match token.verify::<SessionClaims>(&key, NOW, &Policy::default()) {
        Ok(session) if session.claims().user_id() == "user_2abc" => VERIFIED,
        _ => REFUSED,
    }
}

#[link(name = "c")]
unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(pointer: *mut c_void);
    fn exit(status: c_int) -> !;
}

struct Malloc;

// SAFETY: `malloc` returns memory of the size asked for or null, `free` takes what it returned,
// and neither unwinds.
unsafe impl GlobalAlloc for Malloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // The C standard promises this much alignment on the targets the probe runs on.
        if layout.align() > 16 {
            return core::ptr::null_mut();
        }
        // SAFETY: any size may be asked for.
        unsafe { malloc(layout.size()).cast() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the caller hands back what `alloc` gave.
        unsafe { free(pointer.cast()) }
    }
}

#[global_allocator]
static ALLOCATOR: Malloc = Malloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: it may be called from anywhere in a program of one thread.
    unsafe { exit(PANICKED) }
}

/// The compiled `alloc` can unwind and refers to this; nothing here ever does.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// As above.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    // SAFETY: see `panic`.
    unsafe { exit(PANICKED) }
}
