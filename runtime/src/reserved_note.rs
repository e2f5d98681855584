//! A program header to spare. Linkers give a note segment to each run of notes of one alignment; nothing else uses 16,
//! so this one has its own, which the image writer turns into the payload's segment (daemon/executable/elf.ts).

#[repr(C, align(16))]
struct Note {
    name_bytes: u32,
    description_bytes: u32,
    kind: u32,
    name: [u8; 4],
    description: [u8; 16],
}

#[used]
#[unsafe(link_section = ".note.oxd")]
static RESERVED: Note = Note { name_bytes: 4, description_bytes: 16, kind: 1, name: *b"oxd\0", description: [0; 16] };
