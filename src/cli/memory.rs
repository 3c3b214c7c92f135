//! Memory pages. The allocator of the program asks for huge ones, with which a short run takes less
//! time; a large file wants so many that the system has to make room for them first.

/// Up to this size records are few pages, in bytes.
const SMALL: u64 = 32 << 20;

/// Prepares for so many bytes to be read, where it is known: for many, memory is taken in pages of the
/// usual size from now on.
pub(super) fn prepare(bytes: Option<u64>) {
    if bytes.is_none_or(|bytes| bytes > SMALL) {
        use_small_pages();
    }
}

#[cfg(target_os = "linux")]
fn use_small_pages() {
    // Where the system does not know the wish there are no huge pages.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

#[cfg(not(target_os = "linux"))]
fn use_small_pages() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_read_in_pages_of_the_usual_size() {
        prepare(Some(SMALL + 1));
        assert!(rustix::thread::transparent_huge_pages_are_disabled().is_ok_and(|disabled| disabled));
    }
}
