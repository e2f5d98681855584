//! What several tests need: an image built in memory, as docs/reference/image-format.md describes it.

pub mod image;
