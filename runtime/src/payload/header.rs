//! Page 0 of the payload.

use super::Damaged;
use std::ops::Range;

pub const PAGE_BYTES: usize = 4096;
const MAGIC: &[u8; 8] = b"OXDIMG\0\x01";
const VERSION: u32 = 1;
/// What fits on the page.
const LAYERS_MAX: usize = 60;
const LAYER_BYTES: usize = 64;
const CRC_AT: usize = 60;

pub struct Header {
    pub mtime: u64,
    pub config: Range<usize>,
    pub layers: Vec<LayerAt>,
}

pub struct LayerAt {
    pub range: Range<usize>,
    pub index_crc: u32,
}

pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// An offset and a length as a range, when it lies within `within` bytes.
pub fn range_at(bytes: &[u8], at: usize, within: usize) -> Option<Range<usize>> {
    let start = usize::try_from(u64_at(bytes, at)?).ok()?;
    let end = start.checked_add(usize::try_from(u64_at(bytes, at + 8)?).ok()?)?;
    (end <= within).then_some(start..end)
}

impl Header {
    pub fn read(bytes: &[u8]) -> Result<Header, Damaged> {
        let page = bytes.get(..PAGE_BYTES).ok_or_else(|| Damaged("its payload is cut short".into()))?;
        if &page[..8] != MAGIC {
            return Err(Damaged("its payload does not begin as one".into()));
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(&page[..CRC_AT]);
        crc.update(&[0; 4]);
        crc.update(&page[CRC_AT + 4..]);
        if Some(crc.finalize()) != u32_at(page, CRC_AT) {
            return Err(Damaged("its payload header does not match its checksum".into()));
        }
        // The checksum holds, so what follows can only fail for an image of another version.
        Header::fields(page, bytes).ok_or_else(|| Damaged("its payload header cannot be understood".into()))
    }

    fn fields(page: &[u8], bytes: &[u8]) -> Option<Header> {
        let count = u32_at(page, 12)? as usize;
        let length = usize::try_from(u64_at(page, 16)?).ok()?;
        if u32_at(page, 8)? != VERSION || count > LAYERS_MAX || length > bytes.len() {
            return None;
        }
        let config = range_at(page, 24, length)?;
        let layers = (0..count)
            .map(|index| {
                let at = 64 + LAYER_BYTES * index;
                Some(LayerAt { range: range_at(page, at, length)?, index_crc: u32_at(page, at + 16)? })
            })
            .collect::<Option<_>>()?;
        (crc32fast::hash(&bytes[config.clone()]) == u32_at(page, 56)?).then_some(Header {
            mtime: u64_at(page, 40)?,
            config,
            layers,
        })
    }
}
