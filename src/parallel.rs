//! Runs two tasks in parallel where there is a second thread, and drops large values in the background.

/// Does two things at once, or one after the other on a single thread.
pub fn both<A, B: Send>(threads: usize, here: impl FnOnce() -> A, there: impl FnOnce() -> B + Send) -> (A, B) {
    if threads < 2 {
        return (here(), there());
    }
    std::thread::scope(|scope| {
        let there = scope.spawn(there);
        let here = here();
        (here, there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Drops something of many parts without waiting for it.
pub fn drop_in_background<T: Send + 'static>(value: T) {
    // Without a new thread it is dropped here.
    drop(std::thread::Builder::new().spawn(move || drop(value)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_answers_come_back_in_their_order() {
        assert_eq!(both(1, || 1, || "two"), (1, "two"));
        assert_eq!(both(2, || 1, || "two"), (1, "two"));
    }

    #[test]
    fn what_is_dropped_in_the_background_is_dropped() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        drop_in_background(sender);
        assert!(receiver.recv().is_err(), "the other end is gone");
    }
}
