//! What runs inside every executable that oxd builds.
//!
//! `payload` reads the packed tree in place, `directory` makes the process see it as files below the executable's own
//! path, and `interpreter` starts CPython on top of both.

pub mod directory;
pub mod payload;
