//! Work space that a shared model can lend to each caller.

use std::fmt;
use std::sync::Mutex;

/// Buffers for several callers at a time: models stay `Sync`, and after the first calls nothing is
/// allocated. A caller who finds all of them lent gets a buffer of its own.
pub(crate) struct Scratch<T>([Mutex<Vec<T>>; 4]);

impl<T: Copy> Scratch<T> {
    pub(crate) fn new() -> Self {
        Scratch(std::array::from_fn(|_| Mutex::new(Vec::new())))
    }

    /// Calls `work` with a buffer of `len` entries, all equal to `fill`.
    pub(crate) fn with<R>(&self, len: usize, fill: T, work: impl FnOnce(&mut [T]) -> R) -> R {
        self.lend(len, fill, |buffer| {
            buffer.fill(fill);
            work(buffer)
        })
    }

    /// Calls `work` with a buffer of `len` entries that may hold anything.
    pub(crate) fn lend<R>(&self, len: usize, fill: T, work: impl FnOnce(&mut [T]) -> R) -> R {
        match self.0.iter().find_map(|buffer| buffer.try_lock().ok()) {
            Some(mut buffer) => {
                buffer.resize(len, fill);
                work(&mut buffer)
            }
            None => work(&mut vec![fill; len]),
        }
    }
}

impl<T> fmt::Debug for Scratch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

#[cfg(test)]
mod tests {
    use super::Scratch;

    #[test]
    fn nested_and_panicking_callers_get_buffers_of_their_own() {
        let scratch = Scratch::new();
        fn depth(scratch: &Scratch<f64>, left: usize) -> f64 {
            scratch.with(3, left as f64, |buffer| {
                let inner = if left > 0 {
                    depth(scratch, left - 1)
                } else {
                    0.0
                };
                buffer.iter().sum::<f64>() + inner
            })
        }
        assert_eq!(depth(&scratch, 6), 3.0 * 21.0);
        for _ in 0..5 {
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                scratch.with(1, 0.0, |_| panic!("in the user's function"))
            }));
            assert!(panicked.is_err());
        }
        assert_eq!(
            scratch.with(2, 1.5, |buffer| buffer.iter().sum::<f64>()),
            3.0
        );
    }
}
