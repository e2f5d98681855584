//! From the text of a path to a node, as the kernel walks it: pure, no allocation, no system call.

/// Longest path, with its final NUL, and longest name that Linux takes.
pub const PATH_BYTES_MAX: usize = libc::PATH_MAX as usize;
pub const NAME_BYTES_MAX: usize = 255;

pub type PathBuffer = [std::mem::MaybeUninit<u8>; PATH_BYTES_MAX];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Its directory exists, so a file of that name could be created if the tree were writable.
    Name,
    /// Its directory does not exist either.
    Directory,
    /// A component that should be a directory is a file.
    NotDirectory,
    NameTooLong,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Resolved<'a> {
    /// The normalized path, relative to the root, of something that exists.
    Found(&'a [u8]),
    /// The normalized path as far as it was walked, and why it leads nowhere.
    Absent(&'a [u8], Absent),
    /// `..` led out of the tree: how much is left of the path, relative to the folder that holds the executable.
    Outside(usize),
}

/// A path being put together in a buffer of the caller's.
pub struct Path<'a> {
    bytes: &'a mut PathBuffer,
    length: usize,
}

impl<'a> Path<'a> {
    pub fn new(bytes: &'a mut PathBuffer) -> Path<'a> {
        Path { bytes, length: 0 }
    }

    /// False when it does not fit, with one byte kept for the NUL.
    pub fn push(&mut self, text: &[u8]) -> bool {
        if self.length + text.len() >= PATH_BYTES_MAX {
            return false;
        }
        for (to, from) in self.bytes[self.length..].iter_mut().zip(text) {
            to.write(*from);
        }
        self.length += text.len();
        true
    }

    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub fn as_bytes(&self) -> &[u8] {
        // Safety: `push` has written the first `length` bytes.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().cast(), self.length) }
    }

    pub fn into_bytes(self) -> &'a [u8] {
        // Safety: as in `as_bytes`.
        unsafe { std::slice::from_raw_parts(self.bytes.as_ptr().cast(), self.length) }
    }

    /// The text as C wants it; valid while the buffer is.
    pub fn as_c(&mut self) -> *const libc::c_char {
        self.bytes[self.length].write(0);
        self.bytes.as_ptr().cast()
    }
}

/// `path` is relative to the root, with any number of slashes; `find` tells what a normalized path is.
pub fn resolve<'a>(path: &'a [u8], find: impl Fn(&[u8]) -> Option<Kind>, buffer: &'a mut PathBuffer) -> Resolved<'a> {
    let start = path.iter().position(|byte| *byte != b'/').unwrap_or(path.len());
    let path = &path[start..];
    if is_normalized(path) {
        return match find(path) {
            Some(_) => Resolved::Found(path),
            None => Resolved::Absent(path, why_absent(path, &find)),
        };
    }
    walk(path, find, Path::new(buffer))
}

/// No `.`, `..`, double or final slash. Says no too often for names that begin with a dot, which costs only time.
fn is_normalized(path: &[u8]) -> bool {
    let dotted = path.first() == Some(&b'.') || path.windows(2).any(|pair| pair == b"//" || pair == b"/.");
    !dotted && path.last() != Some(&b'/')
}

fn walk<'a>(path: &'a [u8], find: impl Fn(&[u8]) -> Option<Kind>, mut walked: Path<'a>) -> Resolved<'a> {
    let mut rest = path;
    while let Some((name, after)) = split(rest) {
        // Only the last name may be something else than a directory, and not even that before a slash.
        match name {
            b"" | b"." | b".." => match find(walked.as_bytes()) {
                Some(Kind::Directory) => {}
                _ => {
                    let walked = walked.into_bytes();
                    let why = if find(walked).is_some() { Absent::NotDirectory } else { why_absent(walked, &find) };
                    // "missing/" could be created as a directory, "missing/." could not.
                    let why = if why == Absent::Name && !name.is_empty() { Absent::Directory } else { why };
                    return Resolved::Absent(walked, why);
                }
            },
            _ => {
                if !walked.as_bytes().is_empty() {
                    walked.push(b"/");
                }
                walked.push(name);
            }
        }
        if name == b".." {
            if walked.as_bytes().is_empty() {
                return Resolved::Outside(after.len());
            }
            let end = walked.as_bytes().iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            walked.truncate(end);
        }
        rest = after;
    }
    let walked = walked.into_bytes();
    match find(walked) {
        Some(_) => Resolved::Found(walked),
        None => Resolved::Absent(walked, why_absent(walked, &find)),
    }
}

/// The next name and what follows its slashes. A final slash gives an empty name, once.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.is_empty() {
        return None;
    }
    if path.iter().all(|byte| *byte == b'/') {
        return Some((b"", b""));
    }
    let start = path.iter().position(|byte| *byte != b'/')?;
    let end = path[start..].iter().position(|byte| *byte == b'/').map_or(path.len(), |at| start + at);
    Some((&path[start..end], &path[end..]))
}

/// For a normalized path that is not in the tree.
fn why_absent(path: &[u8], find: &impl Fn(&[u8]) -> Option<Kind>) -> Absent {
    let mut end = path.len();
    loop {
        let parent = path[..end].iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        match find(&path[..parent]) {
            Some(Kind::File) => return Absent::NotDirectory,
            Some(Kind::Directory) => {
                let name = end - parent - usize::from(parent > 0);
                let last = end == path.len();
                return match (name > NAME_BYTES_MAX, last) {
                    (true, _) => Absent::NameTooLong,
                    (false, true) => Absent::Name,
                    (false, false) => Absent::Directory,
                };
            }
            None if parent == 0 => return Absent::Directory,
            None => end = parent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &[u8]) -> Option<Kind> {
        match path {
            b"" | b"pkg" | b"pkg/sub" => Some(Kind::Directory),
            b"pkg/a.py" | b"pkg/sub/.b" | b"top" => Some(Kind::File),
            _ => None,
        }
    }

    #[test]
    fn paths_are_walked_as_the_kernel_walks_them() {
        let found = |text| Resolved::Found(text);
        let absent = |text, why| Resolved::Absent(text, why);
        let rows: &[(&[u8], Resolved)] = &[
            (b"", found(b"")),
            (b"/", found(b"")),
            (b"///", found(b"")),
            (b"/.", found(b"")),
            (b"/pkg", found(b"pkg")),
            (b"/pkg/", found(b"pkg")),
            (b"/pkg/.", found(b"pkg")),
            (b"//pkg//sub/.b", found(b"pkg/sub/.b")),
            (b"/pkg/sub/../a.py", found(b"pkg/a.py")),
            (b"/pkg/sub/../../top", found(b"top")),
            (b"/pkg/..", found(b"")),
            (b"/pkg/a.py/", absent(b"pkg/a.py", Absent::NotDirectory)),
            (b"/pkg/a.py/.", absent(b"pkg/a.py", Absent::NotDirectory)),
            (b"/pkg/a.py/..", absent(b"pkg/a.py", Absent::NotDirectory)),
            (b"/pkg/a.py/x", absent(b"pkg/a.py/x", Absent::NotDirectory)),
            (b"/pkg/a.py/x/y", absent(b"pkg/a.py/x/y", Absent::NotDirectory)),
            (b"/none", absent(b"none", Absent::Name)),
            (b"/none/", absent(b"none", Absent::Name)),
            (b"/none/.", absent(b"none", Absent::Directory)),
            (b"/none/../top", absent(b"none", Absent::Directory)),
            (b"/none/x", absent(b"none/x", Absent::Directory)),
            (b"/pkg/none", absent(b"pkg/none", Absent::Name)),
            (b"/..", Resolved::Outside(0)),
            (b"/../x/y", Resolved::Outside("/x/y".len())),
            (b"/pkg/../../x", Resolved::Outside("/x".len())),
            (b"/pkg/none/../../../x", absent(b"pkg/none", Absent::Directory)),
        ];
        for (path, expected) in rows {
            let mut buffer = [const { std::mem::MaybeUninit::uninit() }; PATH_BYTES_MAX];
            assert_eq!(&resolve(path, find, &mut buffer), expected, "{}", String::from_utf8_lossy(path));
        }
    }

    #[test]
    fn long_names_are_refused_where_the_kernel_refuses_them() {
        let check = |path: &[u8], why: Absent| {
            let mut buffer = [const { std::mem::MaybeUninit::uninit() }; PATH_BYTES_MAX];
            assert!(matches!(resolve(path, find, &mut buffer), Resolved::Absent(_, found) if found == why));
        };
        let (longest, longer) = ("n".repeat(NAME_BYTES_MAX), "n".repeat(NAME_BYTES_MAX + 1));
        check(format!("/pkg/{longest}").as_bytes(), Absent::Name);
        check(format!("/pkg/{longer}").as_bytes(), Absent::NameTooLong);
        check(format!("/none/{longer}").as_bytes(), Absent::Directory);
        check(format!("/top/{longer}").as_bytes(), Absent::NotDirectory);
    }
}
