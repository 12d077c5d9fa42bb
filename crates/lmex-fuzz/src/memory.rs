//! How much memory an input takes.

/// Runs `work`, which may hold so many bytes at once on this thread.
///
/// # Panics
///
/// If it holds more.
pub(crate) fn within(allowed_bytes: u64, work: impl FnOnce()) {
    let counted = allocation_counter::measure(work);
    assert!(
        counted.bytes_max <= allowed_bytes,
        "{} bytes of memory were held at once, {allowed_bytes} are allowed for this input",
        counted.bytes_max
    );
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "bytes of memory were held at once")]
    fn too_much_is_a_finding() {
        super::within(1_000, || drop(std::hint::black_box(vec![0_u8; 1_001])));
    }
}
