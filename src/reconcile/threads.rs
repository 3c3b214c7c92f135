//! Work that falls into many parts, spread over threads; the answers come in the order of the parts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One room of its own for each thread.
pub fn rooms<S>(threads: usize, room: impl Fn() -> S) -> Vec<Mutex<S>> {
    std::iter::repeat_with(|| Mutex::new(room())).take(threads.max(1)).collect()
}

/// A room, for the thread that asks.
pub fn locked<S>(room: &Mutex<S>) -> MutexGuard<'_, S> {
    room.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks something of each of many. As many threads work as there are rooms.
pub fn each<T: Sync, S: Send, R: Send>(all: &[T], rooms: &[Mutex<S>], ask: impl Fn(&T, &mut S) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = |room: &Mutex<S>| {
        let mut room = locked(room);
        let mut answers = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(place) else { return answers };
            answers.push((place, ask(one, &mut room)));
        }
    };
    let mut answers: Vec<(usize, R)> = Vec::with_capacity(all.len());
    std::thread::scope(|scope| {
        let others = rooms.iter().skip(1).take(all.len().saturating_sub(1));
        let others: Vec<_> = others.map(|room| scope.spawn(|| work(room))).collect();
        answers.extend(rooms.first().map(work).unwrap_or_default());
        for other in others {
            match other.join() {
                Ok(more) => answers.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    answers.sort_unstable_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Numbers up to an end, in parts of equal length.
pub fn parts(end: usize, length: usize) -> Vec<std::ops::Range<usize>> {
    (0..end).step_by(length.max(1)).map(|begin| begin..end.min(begin + length)).collect()
}
