//! Where Tcl finds its scripts: `$TCL_LIBRARY`, which comes before the folder that libtcl was built for.

use super::config::InterpreterConfig;
use super::settings;
use crate::payload::Payload;
use std::ffi::CString;
use std::sync::Mutex;

const VARIABLE: &std::ffi::CStr = c"TCL_LIBRARY";

/// The packed scripts, when nobody has asked for them yet.
static PACKED: Mutex<Option<CString>> = Mutex::new(None);

/// Before Python starts. Files beside the executable are announced to all, as PyOxidizer does; packed ones are for this
/// process alone, and so only once it uses them: no child of another program inherits the variable.
pub fn prepare(payload: &Payload, config: &InterpreterConfig) {
    let mut packed = PACKED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // Not that of an earlier interpreter of this process.
    *packed = None;
    let Some(library) = &config.tcl_library else { return };
    if library.starts_with("$ORIGIN") {
        let path = library.replace("$ORIGIN", &settings::origin(payload));
        set(&CString::new(path).unwrap_or_default());
        return;
    }
    let path = [payload.root(), b"/", library.as_bytes()].concat();
    let path = CString::new(path).unwrap_or_default();
    // Without our finder nobody says when.
    if config.oxidized_importer == Some(false) {
        set(&path);
    } else {
        *packed = Some(path);
    }
}

/// A module is about to be imported: Python's interface to Tcl starts an interpreter of it later. Tcl itself would look
/// into the folder of the machine that it was built on first, where another machine may have another version.
pub fn announce(module: &[u8]) {
    if matches!(module, b"tkinter" | b"_tkinter")
        && let Some(library) = PACKED.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref()
    {
        set(library);
    }
}

fn set(library: &CString) {
    // Safety: both end with a zero. Python changes the environment at any time as well, with the GIL held.
    unsafe { libc::setenv(VARIABLE.as_ptr(), library.as_ptr(), 1) };
}
