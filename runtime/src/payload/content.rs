//! File contents: borrowed where stored as they are, unpacked where compressed.

use super::layer::Layer;
use super::{Damaged, EntryKind};
use ruzstd::io::Read;
use std::ops::Deref;

/// The bytes of a packed file.
pub enum Content {
    Mapped(&'static [u8]),
    Unpacked(Vec<u8>),
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Content::Mapped(bytes) => bytes,
            Content::Unpacked(bytes) => bytes,
        }
    }
}

pub fn read(layer: &Layer, index: u32) -> Result<Content, Damaged> {
    let node = layer.node(index).ok_or_else(|| Damaged("the index of one of its layers is damaged".into()))?;
    let damaged =
        || Damaged(format!("\"{}\" in it is damaged", String::from_utf8_lossy(node.path.unwrap_or_default())));
    if node.kind == EntryKind::Directory {
        return Ok(Content::Mapped(&[]));
    }
    let stored = layer.stored(index, &node).ok_or_else(damaged)?;
    if !node.zstd {
        return Ok(Content::Mapped(stored));
    }
    let bytes = unpack(stored, node.size).ok_or_else(damaged)?;
    Ok(Content::Unpacked(bytes))
}

fn unpack(stored: &[u8], size: u64) -> Option<Vec<u8>> {
    let size = usize::try_from(size).ok()?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).ok()?;
    bytes.resize(size, 0);
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(stored).ok()?;
    decoder.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
