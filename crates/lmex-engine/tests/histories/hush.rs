//! A history that fails does so hundreds of times while a smaller one is looked for, and each time a backtrace would be
//! made and printed: that takes longer than the history. What the last panic said is told once.

use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Once;

thread_local! {
    /// What the last panic of this thread said and where, while it is hushed.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Carries something out without a word of panics, and answers what the last of them said. Other threads speak on.
pub(crate) fn hushed<T>(act: impl FnOnce() -> T) -> (T, String) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let aloud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !heard(info) {
                aloud(info);
            }
        }));
    });
    LAST.set(Some(String::new()));
    let done = act();
    (done, LAST.take().unwrap_or_default())
}

/// Whether this thread is hushed.
fn heard(info: &PanicHookInfo<'_>) -> bool {
    LAST.with_borrow_mut(|last| {
        if let Some(last) = last {
            *last = info.to_string();
            return true;
        }
        false
    })
}
