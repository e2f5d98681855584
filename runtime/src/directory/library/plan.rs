//! What of a library libc's loader must find in a file of its own, and what can stay in the executable's file.
//!
//! The loader reads headers, the dynamic section and the tables that it names, and it writes to writable segments. Code
//! and constants it only maps: they are left out of the copy in memory and mapped from the executable when the loader
//! has done its work, just before the library's first instruction runs. That moment is when it calls the library's
//! constructors, so their list in the copy is replaced by one entry of ours (see `arrival`).

use super::elf::{self, DT_STRTAB, Entry, PT_DYNAMIC, PT_LOAD, Section, Segment, u32_at};
use libc::{PF_W, PROT_EXEC, PROT_READ};
use std::ops::Range;

/// Mapping costs a descriptor, two calls and the faults of the pages that are used; copying costs 0.3 µs a page.
const LEFT_OUT_BYTES_MIN: usize = 256 * 1024;
pub const PAGE_BYTES: usize = 4096;

/// From <elf.h>.
const PT_NOTE: u32 = 4;
const PT_TLS: u32 = 7;
const PT_GNU_PROPERTY: u32 = 0x6474_e553;
const SHT_PROGBITS: u32 = 1;
const SHT_NOBITS: u32 = 8;
const SHT_DYNSYM: u32 = 11;
const SHF_WRITE: u64 = 1;
const SHF_ALLOC: u64 = 2;
const DT_HASH: u64 = 4;
const DT_SYMTAB: u64 = 6;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_STRSZ: u64 = 10;
const DT_INIT: u64 = 12;
const DT_REL: u64 = 17;
const DT_TEXTREL: u64 = 22;
const DT_JMPREL: u64 = 23;
const DT_PLTRELSZ: u64 = 2;
const DT_INIT_ARRAY: u64 = 25;
const DT_INIT_ARRAYSZ: u64 = 27;
const DT_FLAGS: u64 = 30;
const DF_TEXTREL: u64 = 4;
const DT_RELRSZ: u64 = 35;
const DT_RELR: u64 = 36;
/// With it the loader may be told to rewrite code.
const DT_X86_64_PLT: u64 = 0x7000_0000;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const DT_VERSYM: u64 = 0x6fff_fff0;
const DT_VERDEF: u64 = 0x6fff_fffc;
const DT_VERNEED: u64 = 0x6fff_fffe;
const R_X86_64_IRELATIVE: u32 = 37;
const STT_GNU_IFUNC: u8 = 10;
const SYMBOL_BYTES: usize = 24;
const RELOCATION_BYTES: usize = 24;

/// Among the tags that are left to operating systems, of which libc ignores those that it does not know.
const DT_IGNORED: u64 = 0x6f78_6400;
/// `e_entry`, which the loader uses of programs alone: room for one address.
const ROOM: Range<usize> = 24..32;

/// A piece of the library that is mapped from the executable.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// In the library's file; whole pages.
    pub bytes: Range<usize>,
    /// Relative to where the library is loaded.
    pub address: u64,
    pub protection: i32,
}

/// The library's own, by address relative to where it is loaded.
#[derive(Debug, PartialEq, Eq)]
pub struct Constructors {
    /// DT_INIT
    pub first: Option<u64>,
    /// DT_INIT_ARRAY: an array of that many addresses.
    pub list: u64,
    pub count: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub pieces: Vec<Piece>,
    /// What the copy has to hold, in the library's file.
    copied: Vec<Range<usize>>,
    pub constructors: Constructors,
    /// Words of the copy that differ from the library, by offset.
    patches: Vec<(usize, u64)>,
    /// How much of the file the loader maps.
    pub length: usize,
}

impl Plan {
    /// None where all of the library has to be copied: it is small, or it runs code while it is being loaded, or it is
    /// not made as usual.
    pub fn of(file: &[u8]) -> Option<Plan> {
        let segments = elf::segments(file)?;
        let sections = elf::sections(file)?;
        let entries = elf::entries(file, &segments)?;
        let pieces = pieces(file.len(), &segments, &sections);
        let dynamic = segments.iter().find(|segment| segment.kind == PT_DYNAMIC)?;
        let usual = pieces.iter().map(|piece| piece.bytes.len()).sum::<usize>() >= LEFT_OUT_BYTES_MIN
            && dynamic.flags & PF_W != 0
            && leaves_code_alone(&entries)
            && is_clear(&pieces, &segments, &entries)
            && !runs_code_early(file, &segments, &sections, &entries)?;
        let (constructors, patches) = exchange_constructors(&segments, &entries)?;
        let length = elf::mapped_bytes(file);
        let copied = copied(&segments, &pieces, length);
        usual.then_some(Plan { pieces, copied, constructors, patches, length })
    }

    /// Hands on what the copy has to hold: parts of the library, and the words that differ, with `constructor` the address
    /// of the function that the loader shall call.
    pub fn write<E>(
        &self,
        constructor: usize,
        file: &[u8],
        mut write: impl FnMut(usize, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for part in &self.copied {
            write(part.start, &file[part.clone()])?;
        }
        for (at, word) in &self.patches {
            write(*at, &word.to_le_bytes())?;
        }
        for field in elf::SECTION_FIELDS {
            write(field.start, &[0; 8][..field.len()])?;
        }
        write(ROOM.start, &constructor.to_le_bytes())
    }
}

/// Runs of sections with program data in segments that are not written to, as far as they fill pages.
fn pieces(file_bytes: usize, segments: &[Segment], sections: &[Section]) -> Vec<Piece> {
    let mut loaded: Vec<&Section> = sections
        .iter()
        .filter(|section| section.flags & SHF_ALLOC != 0 && section.kind != SHT_NOBITS && section.size > 0)
        .filter(|section| section.offset.checked_add(section.size).is_some_and(|end| end <= file_bytes))
        .collect();
    loaded.sort_by_key(|section| section.offset);
    let mut pieces = Vec::new();
    for segment in segments.iter().filter(|segment| segment.kind == PT_LOAD && segment.flags & PF_W == 0) {
        let end = segment.offset.saturating_add(segment.size);
        let is_in = |section: &Section| section.offset >= segment.offset && section.offset + section.size <= end;
        // `address - offset` is the same for all of a segment, and whole pages, or libc would refuse it.
        let ours = |section: &&Section| {
            section.kind == SHT_PROGBITS
                && section.flags & SHF_WRITE == 0
                && is_in(section)
                && section.address.wrapping_sub(section.offset as u64)
                    == segment.address.wrapping_sub(segment.offset as u64)
        };
        for run in loaded.chunk_by(|a, b| ours(a) && ours(b)).filter(|run| ours(&run[0])) {
            let last = run[run.len() - 1];
            let start = run[0].offset.next_multiple_of(PAGE_BYTES);
            let end = last.offset + last.size;
            let next = loaded.iter().map(|section| section.offset).find(|offset| *offset >= end).unwrap_or(file_bytes);
            // The last page as well, where nothing else begins on it.
            let whole = end.next_multiple_of(PAGE_BYTES);
            let end = if whole <= next { whole } else { end / PAGE_BYTES * PAGE_BYTES };
            if start < end {
                pieces.push(Piece {
                    bytes: start..end,
                    address: segment.address.wrapping_add((start - segment.offset) as u64),
                    protection: PROT_READ | if segment.flags & libc::PF_X != 0 { PROT_EXEC } else { 0 },
                });
            }
        }
    }
    pieces.sort_by_key(|piece| piece.bytes.start);
    let apart = pieces.windows(2).all(|two| two[0].bytes.end <= two[1].bytes.start);
    let whole = pieces.iter().all(|piece| piece.address % PAGE_BYTES as u64 == 0);
    if apart && whole { pieces } else { Vec::new() }
}

/// The pages of all segments without the pieces: patched and linked libraries have gaps of many pages.
fn copied(segments: &[Segment], pieces: &[Piece], length: usize) -> Vec<Range<usize>> {
    let mut loaded: Vec<&Segment> = segments.iter().filter(|segment| segment.kind == PT_LOAD).collect();
    loaded.sort_by_key(|segment| segment.offset);
    let (mut parts, mut done) = (Vec::new(), 0);
    for segment in loaded {
        let end = segment.offset.saturating_add(segment.size).min(length);
        done = done.max(segment.offset / PAGE_BYTES * PAGE_BYTES);
        let inside = |piece: &&Piece| (segment.offset..end).contains(&piece.bytes.start);
        for piece in pieces.iter().filter(inside) {
            parts.push(done..piece.bytes.start);
            done = piece.bytes.end;
        }
        parts.push(done..end.max(done));
        done = done.max(end);
    }
    parts.retain(|part| part.end <= length && !part.is_empty());
    parts
}

fn value(entries: &[Entry], tag: u64) -> Option<u64> {
    entries.iter().rev().find(|entry| entry.tag == tag).map(|entry| entry.value)
}

/// Whether the loader writes to nothing but writable segments.
fn leaves_code_alone(entries: &[Entry]) -> bool {
    let has = |tag| value(entries, tag).is_some();
    !has(DT_TEXTREL) && !has(DT_REL) && !has(DT_X86_64_PLT) && value(entries, DT_FLAGS).unwrap_or(0) & DF_TEXTREL == 0
}

/// Whether all that the loader reads is outside of the pieces.
fn is_clear(pieces: &[Piece], segments: &[Segment], entries: &[Entry]) -> bool {
    let apart = |bytes: Range<usize>| {
        pieces.iter().all(|piece| bytes.end <= piece.bytes.start || bytes.start >= piece.bytes.end)
    };
    let read = [PT_DYNAMIC, PT_NOTE, PT_TLS, PT_GNU_PROPERTY];
    let mut parts = segments.iter().filter(|segment| read.contains(&segment.kind));
    let tables = [
        (DT_HASH, None),
        (DT_GNU_HASH, None),
        (DT_SYMTAB, None),
        (DT_VERSYM, None),
        (DT_VERDEF, None),
        (DT_VERNEED, None),
        (DT_STRTAB, Some(DT_STRSZ)),
        (DT_RELA, Some(DT_RELASZ)),
        (DT_JMPREL, Some(DT_PLTRELSZ)),
        (DT_RELR, Some(DT_RELRSZ)),
        (DT_INIT_ARRAY, Some(DT_INIT_ARRAYSZ)),
    ];
    let table_is_apart = |(tag, size): &(u64, Option<u64>)| {
        let Some(address) = value(entries, *tag) else { return true };
        let size = size.and_then(|size| value(entries, size)).unwrap_or(1) as usize;
        elf::offset_of(segments, address).is_some_and(|start| apart(start..start.saturating_add(size)))
    };
    apart(0..elf::HEADER_BYTES)
        && parts.all(|part| part.size == 0 || apart(part.offset..part.offset.saturating_add(part.size)))
        && tables.iter().all(table_is_apart)
}

/// Whether resolving its symbols calls functions of the library: those are code that is not there yet.
fn runs_code_early(file: &[u8], segments: &[Segment], sections: &[Section], entries: &[Entry]) -> Option<bool> {
    let symbols = value(entries, DT_SYMTAB)?;
    let table = sections.iter().find(|section| section.kind == SHT_DYNSYM && section.address == symbols)?;
    let table = file.get(table.offset..table.offset.checked_add(table.size)?)?;
    if table.chunks_exact(SYMBOL_BYTES).any(|symbol| symbol[4] & 0xf == STT_GNU_IFUNC) {
        return Some(true);
    }
    for (table, size) in [(DT_RELA, DT_RELASZ), (DT_JMPREL, DT_PLTRELSZ)] {
        let Some(address) = value(entries, table) else { continue };
        let start = elf::offset_of(segments, address)?;
        let end = start.checked_add(usize::try_from(value(entries, size)?).ok()?)?;
        let relocations = file.get(start..end)?.chunks_exact(RELOCATION_BYTES);
        if relocations.map(|relocation| u32_at(relocation, 8)).any(|kind| kind == Some(R_X86_64_IRELATIVE)) {
            return Some(true);
        }
    }
    Some(false)
}

/// The library's constructors, and what takes their place: a list of one, which stands in `ROOM`.
fn exchange_constructors(segments: &[Segment], entries: &[Entry]) -> Option<(Constructors, Vec<(usize, u64)>)> {
    let room = segments.iter().find(|segment| {
        segment.kind == PT_LOAD && segment.offset == 0 && segment.size >= ROOM.end && segment.address % 8 == 0
    })?;
    let constructors = Constructors {
        first: value(entries, DT_INIT),
        list: value(entries, DT_INIT_ARRAY)?,
        count: usize::try_from(value(entries, DT_INIT_ARRAYSZ)?).ok()? / 8,
    };
    let patch = |entry: &Entry| match entry.tag {
        DT_INIT => Some((entry.at, DT_IGNORED)),
        DT_INIT_ARRAY => Some((entry.at + 8, room.address.wrapping_add(ROOM.start as u64))),
        DT_INIT_ARRAYSZ => Some((entry.at + 8, ROOM.len() as u64)),
        _ => None,
    };
    Some((constructors, entries.iter().filter_map(patch).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// This program is made as a library is, save for its size.
    fn example() -> Vec<u8> {
        std::fs::read("/proc/self/exe").unwrap()
    }

    #[test]
    fn what_is_left_out_and_what_is_copied_make_up_the_segments() {
        let file = example();
        let plan = Plan::of(&file).unwrap();
        let segments = elf::segments(&file).unwrap();
        let kept: usize = plan.copied.iter().map(Range::len).sum();
        assert!(kept < file.len() / 2, "{kept} of {}", file.len());
        for segment in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
            for at in segment.offset..segment.offset + segment.size {
                let pieces = plan.pieces.iter().filter(|piece| piece.bytes.contains(&at));
                assert_eq!(pieces.count() + plan.copied.iter().filter(|part| part.contains(&at)).count(), 1, "{at:#x}");
            }
        }
        let mut copy = vec![0; plan.length];
        plan.write(0x1234, &file, |at, bytes| {
            copy[at..at + bytes.len()].copy_from_slice(bytes);
            Ok::<(), ()>(())
        })
        .unwrap();
        let entries = elf::entries(&copy, &elf::segments(&copy).unwrap()).unwrap();
        assert_eq!((value(&entries, DT_INIT), value(&entries, DT_INIT_ARRAYSZ)), (None, Some(8)));
        assert_eq!(elf::offset_of(&segments, value(&entries, DT_INIT_ARRAY).unwrap()), Some(ROOM.start));
        assert_eq!(copy[ROOM], 0x1234u64.to_le_bytes());
    }

    #[test]
    fn a_damaged_file_is_read_without_a_crash() {
        let mut file = example();
        for at in 0..512 {
            let before = std::mem::replace(&mut file[at], 0xff);
            let _ = Plan::of(&file);
            file[at] = before;
        }
        for length in (0..8192).step_by(97).chain([file.len() / 2, file.len() - 1]) {
            let _ = Plan::of(&file[..length]);
        }
    }
}
