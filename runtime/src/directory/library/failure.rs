//! What `dlerror` says. libc can only be made to say its own words, so ours are kept beside them.

use super::original;
use libc::c_char;
use std::cell::RefCell;
use std::ffi::{CStr, CString};

/// Why a library could not be opened, in the words of libc's loader. Empty: it was only asked whether it is loaded.
#[derive(Debug, Clone)]
pub struct Failure(CString);

impl Failure {
    pub fn new(name: &CStr, reason: &str) -> Failure {
        Failure::from_text(&format!("{}: {reason}", name.to_string_lossy()))
    }

    pub fn from_text(text: &str) -> Failure {
        Failure(CString::new(text.replace('\0', "")).unwrap_or_default())
    }

    /// libc's text, with the name that the user knows in place of the name in memory.
    pub fn new_text(text: &str, image: &CStr, name: &CStr) -> Failure {
        Failure::from_text(&text.replace(&*image.to_string_lossy(), &name.to_string_lossy()))
    }

    pub fn silent() -> Failure {
        Failure(CString::default())
    }

    pub fn mentions(&self, words: &str) -> bool {
        self.0.to_string_lossy().contains(words)
    }
}

thread_local! {
    /// Not asked for yet, and the one that was shown last: its text has to stay until the next call.
    static PENDING: RefCell<(Option<CString>, Option<CString>)> = const { RefCell::new((None, None)) };
}

pub fn remember(failure: Failure) {
    if !failure.0.is_empty() {
        with(|pending| pending.0 = Some(failure.0));
    }
}

pub fn forget() {
    with(|pending| pending.0 = None);
}

/// The text of libc's last failure in this thread, which it then forgets.
pub fn take_original() -> String {
    let text = unsafe { original::dlerror() };
    if text.is_null() { String::new() } else { unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned() }
}

pub fn show() -> *mut c_char {
    let own = with(|pending| {
        let text = pending.0.take()?;
        Some(pending.1.insert(text).as_ptr().cast_mut())
    });
    match own.flatten() {
        Some(text) => {
            // libc's own would be older.
            take_original();
            text
        }
        None => unsafe { original::dlerror() },
    }
}

/// None while the thread is ending.
fn with<T>(work: impl FnOnce(&mut (Option<CString>, Option<CString>)) -> T) -> Option<T> {
    PENDING.try_with(|pending| pending.try_borrow_mut().ok().map(|mut pending| work(&mut pending))).ok().flatten()
}
