//! Which packed files a process has used, for `oxd trim`: each is noted when its bytes are asked for the first time.

use crate::use_record::UseRecord;
use std::sync::atomic::{AtomicPtr, Ordering};

static RECORD: AtomicPtr<UseRecord> = AtomicPtr::new(std::ptr::null_mut());

/// From here on every packed file is noted by its path at its first use. Forked children go on in the same record.
pub fn note_in(record: UseRecord) {
    RECORD.store(Box::into_raw(Box::new(record)), Ordering::Release);
}

/// Programs that are not being recorded pay for one load, once a file.
#[inline]
pub(super) fn note(path: Option<&[u8]>) {
    // Safety: never freed.
    let record = unsafe { RECORD.load(Ordering::Acquire).as_ref() };
    if let (Some(record), Some(path)) = (record, path) {
        record.append(path);
    }
}
