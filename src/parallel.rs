//! Spreads work over threads: two tasks, many parts, or one piece of work on every thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Does the same work on so many threads at once, this one among them.
pub fn on_all(threads: usize, work: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1) {
            scope.spawn(&work);
        }
        work();
    });
}

/// A scratch space for each thread, see [`each`].
pub fn scratches<S>(threads: usize, scratch: impl Fn() -> S) -> Vec<Mutex<S>> {
    std::iter::repeat_with(|| Mutex::new(scratch())).take(threads.max(1)).collect()
}

/// What a mutex holds, also after a thread that had it panicked.
pub fn locked<S>(mutex: &Mutex<S>) -> MutexGuard<'_, S> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks something of each of many, on as many threads as there are scratch spaces; each thread takes the next one
/// that is left. The answers are in the order of the questions.
pub fn each<T: Sync, S: Send, R: Send>(
    all: &[T],
    scratches: &[Mutex<S>],
    ask: impl Fn(&T, &mut S) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let free = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(all.len()));
    on_all(scratches.len().min(all.len()), || {
        let Some(scratch) = scratches.get(free.fetch_add(1, Ordering::Relaxed)) else { return };
        let mut scratch = locked(scratch);
        let mut own = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(place) else { break };
            own.push((place, ask(one, &mut scratch)));
        }
        locked(&answers).append(&mut own);
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_unstable_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Numbers up to an end, in parts of equal length.
pub fn parts(end: usize, length: usize) -> Vec<std::ops::Range<usize>> {
    (0..end).step_by(length.max(1)).map(|begin| begin..end.min(begin + length)).collect()
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
    fn answers_are_in_the_order_of_the_questions() {
        let numbers: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 7] {
            let scratches = scratches(threads, || 0);
            let doubled = each(&numbers, &scratches, |one, seen| {
                *seen += 1;
                one * 2
            });
            assert_eq!(doubled, numbers.iter().map(|one| one * 2).collect::<Vec<_>>());
            assert_eq!(scratches.iter().map(|one| *locked(one)).sum::<i32>(), 1000, "each is asked once");
        }
        assert_eq!(each(&[] as &[usize], &scratches(2, || ()), |one, ()| *one), [0; 0]);
    }

    #[test]
    fn parts_cover_all_numbers_once() {
        assert_eq!(parts(7, 3), [0..3, 3..6, 6..7]);
        assert_eq!(parts(0, 3), [0..0; 0]);
    }

    #[test]
    fn what_is_dropped_in_the_background_is_dropped() {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        drop_in_background(sender);
        assert!(receiver.recv().is_err(), "the other end is gone");
    }
}
