//! Catching a panic of somebody else's code without a word on stderr.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether what this thread does now may panic without being reported.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; `None` if it panics, of which nothing is printed: the caller reports it in its own words. What `work`
/// was at is in an unknown state then, and must not be used again.
///
/// The process's panic hook is wrapped once for that. It goes on as before for every other panic.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    static WRAPPED: Once = Once::new();
    WRAPPED.call_once(wrap_hook);
    let before = IS_QUIET.replace(true);
    let caught = panic::catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(before);
    caught.ok()
}

fn wrap_hook() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        // A thread that is ending has no flag any more, and nothing to be quiet about.
        if !IS_QUIET.try_with(Cell::get).unwrap_or(false) {
            hook(about);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    /// Panics are printed by the process, so another one is watched: this test, run again.
    #[test]
    fn a_caught_panic_is_not_printed_and_any_other_is() {
        const INNER: &str = "LMEX_TAPE_QUIET_INNER";
        if std::env::var_os(INNER).is_some() {
            assert_eq!(catch(|| 5), Some(5));
            assert_eq!(catch(|| panic!("of the decoder")), None::<()>);
            let elsewhere = std::thread::spawn(|| panic!("of another thread")).join();
            assert!(elsewhere.is_err());
            panic!("after the decoder");
        }
        let name = "quiet::tests::a_caught_panic_is_not_printed_and_any_other_is";
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", name, "--nocapture"]).env(INNER, "1").env("RUST_BACKTRACE", "1");
        let output = again.output().unwrap();
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(!printed.contains("of the decoder"), "{printed}");
        assert!(printed.contains("of another thread") && printed.contains("after the decoder"), "{printed}");
    }
}
