//! Where the program keeps things.

use std::path::PathBuf;

/// The folder for state: the running local exchange, the journal of orders. `LMEX_STATE_DIR`, or the platform's.
pub fn state() -> PathBuf {
    if let Some(folder) = std::env::var_os("LMEX_STATE_DIR").filter(|folder| !folder.is_empty()) {
        return PathBuf::from(folder);
    }
    let platform = dirs::state_dir().or_else(dirs::data_local_dir);
    platform.unwrap_or_else(std::env::temp_dir).join("lmex")
}

/// Where a running local exchange announces itself.
pub fn local_exchange() -> PathBuf {
    state().join("exchange.json")
}

/// Where intents of orders are kept.
pub fn journal() -> PathBuf {
    state().join("journal")
}
