//! Work done beside other work, where there is a thread for it: what is short but would be waited
//! for at every start.

/// Does two things at once, or one after the other on a single thread.
pub fn both<A, B: Send>(threads: usize, here: impl FnOnce() -> A, beside: impl FnOnce() -> B + Send) -> (A, B) {
    if threads < 2 {
        return (here(), beside());
    }
    std::thread::scope(|scope| {
        let beside = scope.spawn(beside);
        let here = here();
        (here, beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
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
    fn what_is_dropped_beside_is_dropped() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        drop_in_background(sender);
        assert!(receiver.recv().is_err(), "the other end is gone");
    }
}
