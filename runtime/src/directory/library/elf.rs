//! Reading ELF files: their segments and sections, and what the loader will ask for (DT_NEEDED, DT_RPATH, DT_RUNPATH).

use std::ops::Range;

/// From <elf.h>.
pub const PT_LOAD: u32 = 1;
pub const PT_DYNAMIC: u32 = 2;
const DT_NEEDED: u64 = 1;
pub const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
pub const HEADER_BYTES: usize = 64;
/// `e_shoff`, and `e_shnum` with `e_shstrndx`. Copies have no section headers: with zeros here debuggers do not look for
/// them. libc never does.
pub const SECTION_FIELDS: [Range<usize>; 2] = [40..48, 60..64];
const PROGRAM_HEADER_BYTES: usize = 56;
const SECTION_HEADER_BYTES: usize = 64;
/// A dynamic section has some thirty entries; this bounds a damaged one.
const ENTRIES_MAX: usize = 4096;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dynamic<'a> {
    pub needed: Vec<&'a [u8]>,
    /// Folders of DT_RPATH or DT_RUNPATH, as written.
    pub search: Vec<&'a [u8]>,
}

pub struct Segment {
    pub kind: u32,
    /// Of `libc::PF_R`, `PF_W` and `PF_X`.
    pub flags: u32,
    pub offset: usize,
    pub address: u64,
    /// Bytes in the file.
    pub size: usize,
}

pub struct Section {
    pub kind: u32,
    pub flags: u64,
    pub offset: usize,
    pub address: u64,
    pub size: usize,
}

/// One entry of the dynamic section, and where in the file it stands.
#[derive(Clone, Copy)]
pub struct Entry {
    pub at: usize,
    pub tag: u64,
    pub value: u64,
}

fn u16_at(file: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(file.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(file.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn usize_at(file: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64_at(file, at)?).ok()
}

pub fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    // 64 bits, little-endian: what this process can load.
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let start = usize_at(file, 32)?;
    let segment = |index: usize| {
        let at = start.checked_add(index * PROGRAM_HEADER_BYTES)?;
        Some(Segment {
            kind: u32_at(file, at)?,
            flags: u32_at(file, at.checked_add(4)?)?,
            offset: usize_at(file, at + 8)?,
            address: u64_at(file, at + 16)?,
            size: usize_at(file, at + 32)?,
        })
    };
    (0..usize::from(u16_at(file, 56)?)).map(segment).collect()
}

/// Of a file that `segments` has read. Empty where they were stripped.
pub fn sections(file: &[u8]) -> Option<Vec<Section>> {
    let start = usize_at(file, 40)?;
    let section = |index: usize| {
        let at = start.checked_add(index * SECTION_HEADER_BYTES)?;
        Some(Section {
            kind: u32_at(file, at.checked_add(4)?)?,
            flags: u64_at(file, at + 8)?,
            address: u64_at(file, at + 16)?,
            offset: usize_at(file, at + 24)?,
            size: usize_at(file, at + 32)?,
        })
    };
    (0..usize::from(u16_at(file, 60)?)).map(section).collect()
}

pub fn entries(file: &[u8], segments: &[Segment]) -> Option<Vec<Entry>> {
    let section = segments.iter().find(|segment| segment.kind == PT_DYNAMIC)?;
    let entry = |index: usize| {
        let at = section.offset.checked_add(index * 16)?;
        Some(Entry { at, tag: u64_at(file, at)?, value: u64_at(file, at.checked_add(8)?)? })
    };
    let all = (0..(section.size / 16).min(ENTRIES_MAX)).map_while(entry);
    Some(all.take_while(|entry| entry.tag != 0).collect())
}

/// Where in the file that address lies.
pub fn offset_of(segments: &[Segment], address: u64) -> Option<usize> {
    let holds = |segment: &&Segment| {
        segment.kind == PT_LOAD && address >= segment.address && address - segment.address < segment.size as u64
    };
    let segment = segments.iter().find(holds)?;
    segment.offset.checked_add((address - segment.address) as usize)
}

/// How much of the file the loader maps: what lies behind (symbols for debuggers) need not be copied.
pub fn mapped_bytes(file: &[u8]) -> usize {
    let ends = |segments: Vec<Segment>| {
        segments
            .iter()
            .filter(|segment| segment.kind == PT_LOAD)
            .map(|segment| segment.offset.saturating_add(segment.size))
            .max()
    };
    segments(file).and_then(ends).unwrap_or(file.len()).min(file.len())
}

/// Empty for what is no ELF file of ours; the loader will say so itself.
pub fn dynamic(file: &[u8]) -> Dynamic<'_> {
    read_dynamic(file).unwrap_or_default()
}

fn read_dynamic(file: &[u8]) -> Option<Dynamic<'_>> {
    let segments = segments(file)?;
    let entries = entries(file, &segments)?;
    let table = entries.iter().find(|entry| entry.tag == DT_STRTAB)?.value;
    let strings = file.get(offset_of(&segments, table)?..)?;
    let text = |offset: u64| {
        let text = strings.get(usize::try_from(offset).ok()?..)?;
        Some(&text[..text.iter().position(|byte| *byte == 0)?])
    };
    let all = |wanted| entries.iter().filter(move |entry| entry.tag == wanted).filter_map(|entry| text(entry.value));
    // With DT_RUNPATH, DT_RPATH is ignored.
    let search = all(DT_RUNPATH).next().or_else(|| all(DT_RPATH).next()).unwrap_or_default();
    let search = search.split(|byte| *byte == b':').filter(|folder| !folder.is_empty()).collect();
    Some(Dynamic { needed: all(DT_NEEDED).collect(), search })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_this_program_needs() {
        let file = std::fs::read("/proc/self/exe").unwrap();
        let needed = dynamic(&file).needed;
        assert!(needed.contains(&&b"libc.so.6"[..]), "{needed:?}");
        assert!((1..=file.len()).contains(&mapped_bytes(&file)));
    }

    #[test]
    fn a_damaged_file_is_read_without_a_crash() {
        let mut file = std::fs::read("/proc/self/exe").unwrap();
        assert_eq!(dynamic(&file[..4]), Dynamic::default());
        for at in 0..512 {
            let before = std::mem::replace(&mut file[at], 0xff);
            let _ = (dynamic(&file), mapped_bytes(&file));
            file[at] = before;
        }
        for length in (0..file.len().min(8192)).step_by(7) {
            let _ = (dynamic(&file[..length]), mapped_bytes(&file[..length]));
        }
    }
}
