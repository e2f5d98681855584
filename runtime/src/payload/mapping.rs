//! Finding the payload in this process: the kernel mapped it with the rest of the executable.

use super::Damaged;
use std::ffi::{CStr, c_int, c_void};

/// The file that this process is running, whatever has become of its name.
pub const EXECUTABLE: &CStr = c"/proc/self/exe";

/// Where the payload lies.
pub struct Mapping {
    address: usize,
    length: usize,
    /// In the executable's file.
    pub offset: u64,
}

/// The last loaded segment of the executable when it is read-only, which is where the image writer puts the payload;
/// None for a bare stub. Touches none of its pages.
pub fn find_mapping() -> Option<Mapping> {
    unsafe extern "C" fn visit(info: *mut libc::dl_phdr_info, _: usize, found: *mut c_void) -> c_int {
        // Safety: the dynamic linker passes valid headers; `found` is ours. The first object is the executable.
        let info = unsafe { &*info };
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum as usize) };
        let last = headers.iter().rfind(|header| header.p_type == libc::PT_LOAD);
        if let Some(header) = last.filter(|header| header.p_flags == libc::PF_R) {
            let mapping = Mapping {
                address: (info.dlpi_addr + header.p_vaddr) as usize,
                length: header.p_filesz as usize,
                offset: header.p_offset,
            };
            unsafe { *found.cast::<Option<Mapping>>() = Some(mapping) };
        }
        1
    }
    let mut found: Option<Mapping> = None;
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut found).cast()) };
    found
}

impl Mapping {
    /// The bytes, after a look at the file's length: touching pages beyond its end would be fatal.
    pub fn bytes(&self) -> Result<&'static [u8], Damaged> {
        // Safety: stat writes the buffer it is given.
        let mut stat: libc::stat = unsafe { std::mem::zeroed() };
        if unsafe { libc::stat(EXECUTABLE.as_ptr(), &mut stat) } != 0 {
            return Err(Damaged("its own file cannot be looked at through /proc/self/exe".into()));
        }
        let wanted = self.offset + self.length as u64;
        if (stat.st_size as u64) < wanted {
            return Err(Damaged(format!("it is cut short: {} bytes where {wanted} are needed", stat.st_size)));
        }
        // Safety: mapped by the kernel for the life of the process.
        Ok(unsafe { std::slice::from_raw_parts(self.address as *const u8, self.length) })
    }
}

/// Absolute path of the running executable, also after it was renamed or deleted.
pub fn executable_path() -> Option<Vec<u8>> {
    let mut path = vec![0u8; libc::PATH_MAX as usize];
    // Safety: at most `path.len()` bytes are written.
    let length = unsafe { libc::readlink(EXECUTABLE.as_ptr(), path.as_mut_ptr().cast(), path.len()) };
    path.truncate(usize::try_from(length).ok()?);
    // The kernel marks a deleted file so; its real name cannot exist, or it is a different file.
    if let Some(kept) = path.strip_suffix(b" (deleted)") {
        path.truncate(kept.len());
    }
    Some(path)
}
