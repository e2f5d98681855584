//! The executable as a directory.
