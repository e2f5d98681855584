//! Finding the payload in the bytes of an ELF file, as the kernel finds it to map it.

use super::header::{u16_at, u32_at, u64_at};

/// Of a 64-bit little-endian file: where its header tells of the program headers (System V gABI, chapter 4).
const HEADERS_AT: usize = 32;
const HEADER_BYTES_AT: usize = 54;
const HEADER_COUNT_AT: usize = 56;

/// The last loaded segment of an executable or a library, when it is read-only: there the image writer puts the
/// payload. None for what is no such file.
pub fn segment(file: &[u8]) -> Option<&[u8]> {
    if !file.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let start = usize::try_from(u64_at(file, HEADERS_AT)?).ok()?;
    let size = u16_at(file, HEADER_BYTES_AT)? as usize;
    let headers = file.get(start..start.checked_add(size * u16_at(file, HEADER_COUNT_AT)? as usize)?)?;
    let mut headers = headers.chunks_exact(size.max(1)).rev();
    // Its type, flags, offset, two addresses, length in the file.
    let last = headers.find(|header| u32_at(header, 0) == Some(libc::PT_LOAD))?;
    if u32_at(last, 4)? != libc::PF_R {
        return None;
    }
    let (offset, length) = (u64_at(last, 8)?, u64_at(last, 32)?);
    file.get(usize::try_from(offset).ok()?..usize::try_from(offset.checked_add(length)?).ok()?)
}
