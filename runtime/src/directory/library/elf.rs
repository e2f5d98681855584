//! What the loader will ask for: DT_NEEDED, DT_RPATH, DT_RUNPATH and the extent of the segments of an ELF file.

/// From <elf.h>.
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
const PROGRAM_HEADER_BYTES: usize = 56;
/// A dynamic section has some thirty entries; this bounds a damaged one.
const ENTRIES_MAX: usize = 4096;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dynamic<'a> {
    pub needed: Vec<&'a [u8]>,
    /// Folders of DT_RPATH or DT_RUNPATH, as written.
    pub search: Vec<&'a [u8]>,
}

struct Segment {
    kind: u32,
    offset: usize,
    address: u64,
    size: usize,
}

fn u16_at(file: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(file.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(file: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(file.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(file: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(file.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn segments(file: &[u8]) -> Option<Vec<Segment>> {
    // 64 bits, little-endian: what this process can load.
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let start = usize::try_from(u64_at(file, 32)?).ok()?;
    let segment = |index: usize| {
        let at = start.checked_add(index * PROGRAM_HEADER_BYTES)?;
        Some(Segment {
            kind: u32_at(file, at)?,
            offset: usize::try_from(u64_at(file, at + 8)?).ok()?,
            address: u64_at(file, at + 16)?,
            size: usize::try_from(u64_at(file, at + 32)?).ok()?,
        })
    };
    (0..usize::from(u16_at(file, 56)?)).map(segment).collect()
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
    let section = segments.iter().find(|segment| segment.kind == PT_DYNAMIC)?;
    let entries: Vec<(u64, u64)> = (0..(section.size / 16).min(ENTRIES_MAX))
        .map_while(|index| {
            let at = section.offset.checked_add(index * 16)?;
            Some((u64_at(file, at)?, u64_at(file, at + 8)?))
        })
        .take_while(|(tag, _)| *tag != 0)
        .collect();
    let table = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?.1;
    let within = |segment: &&Segment| {
        segment.kind == PT_LOAD && table >= segment.address && table - segment.address < segment.size as u64
    };
    let segment = segments.iter().find(within)?;
    let strings = file.get(segment.offset.checked_add((table - segment.address) as usize)?..)?;
    let text = |offset: u64| {
        let text = strings.get(usize::try_from(offset).ok()?..)?;
        Some(&text[..text.iter().position(|byte| *byte == 0)?])
    };
    let all = |wanted: u64| entries.iter().filter(move |(tag, _)| *tag == wanted).filter_map(|(_, value)| text(*value));
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
