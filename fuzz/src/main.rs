//! libFuzzer around one target of `lmex-fuzz`, named by `LMEX_FUZZ_TARGET`. It decides nothing: `.ci/fuzz` starts it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lmex_fuzz::Target;

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("LMEX_FUZZ_TARGET").expect("LMEX_FUZZ_TARGET names a target");
    lmex_fuzz::target(&name).unwrap_or_else(|| panic!("{name} is no target"))
});

fuzz_target!(|data: &[u8]| TARGET.run(data));
