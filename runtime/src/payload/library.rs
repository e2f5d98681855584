//! The payload of a library that oxd built for other languages: in a static one between two symbols, in a shared one the
//! last segment, as in an executable. Both symbols are defined when the library is linked (daemon/executable/library.ts).

use super::{Backing, Damaged};
use std::ffi::{CStr, c_int, c_void};

unsafe extern "C" {
    static oxd_payload_start: u8;
    static oxd_payload_end: u8;
}

/// A payload, and the file that holds it.
type Found = (&'static [u8], Option<Backing>);

/// None when there is none in this library, or when this is an executable with a payload of its own.
pub fn find_in_library() -> Result<Option<Found>, Damaged> {
    // Safety: only the addresses count; between them lies what was linked in.
    let linked = unsafe {
        let (start, end) = (&raw const oxd_payload_start, &raw const oxd_payload_end);
        std::slice::from_raw_parts(start, end as usize - start as usize)
    };
    let mut search = Search { linked, payload: None };
    // Safety: `visit` gets what it expects.
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut search).cast()) };
    search.payload.transpose()
}

struct Search {
    /// Between the symbols; its address is in the object that is looked for, also where it is empty.
    linked: &'static [u8],
    payload: Option<Result<Found, Damaged>>,
}

unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _: usize, search: *mut c_void) -> c_int {
    // Safety: the dynamic linker passes valid headers; `search` is ours.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum as usize) };
    let start = |header: &libc::Elf64_Phdr| (info.dlpi_addr + header.p_vaddr) as usize;
    let loaded = || headers.iter().filter(|header| header.p_type == libc::PT_LOAD);
    let address = search.linked.as_ptr() as usize;
    let holds =
        |header: &&libc::Elf64_Phdr| (start(header)..start(header) + header.p_memsz as usize).contains(&address);
    let Some(holder) = loaded().find(holds) else { return 0 };
    // Safety: a text of the dynamic linker; empty for the executable.
    let name = unsafe { CStr::from_ptr(info.dlpi_name) };
    if !search.linked.is_empty() {
        let offset = holder.p_offset + (address - start(holder)) as u64;
        let backing =
            if name.is_empty() { Some(Backing::executable(offset)) } else { Backing::library(name, address, offset) };
        search.payload = Some(Ok((search.linked, backing)));
        return 1;
    }
    if let Some(header) = loaded().next_back().filter(|header| header.p_flags == libc::PF_R) {
        // An executable is looked at elsewhere.
        if !name.is_empty() {
            let backing = || Backing::library(name, start(header), header.p_offset);
            search.payload = Some(bytes(name, header, start(header)).map(|bytes| (bytes, backing())));
        }
    }
    1
}

/// After a look at the file's length: touching pages beyond its end would be fatal.
fn bytes(file: &CStr, header: &libc::Elf64_Phdr, address: usize) -> Result<&'static [u8], Damaged> {
    // Safety: stat writes the buffer it is given.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    let is_there = unsafe { libc::stat(file.as_ptr(), &mut stat) } == 0;
    let wanted = header.p_offset + header.p_filesz;
    if is_there && (stat.st_size as u64) < wanted {
        return Err(Damaged(format!("it is cut short: {} bytes where {wanted} are needed", stat.st_size)));
    }
    // Safety: mapped by the dynamic linker; a library that holds Python is never unloaded.
    Ok(unsafe { std::slice::from_raw_parts(address as *const u8, header.p_filesz as usize) })
}
