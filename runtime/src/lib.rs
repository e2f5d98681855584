//! What runs inside every executable that oxd builds.
//!
//! `payload` reads the packed tree in place, `directory` makes the process see it as files below the executable's own
//! path, and `interpreter` starts CPython on top of both.

pub mod directory;
#[cfg(feature = "interpreter")]
pub mod interpreter;
pub mod payload;
mod reserved_note;
