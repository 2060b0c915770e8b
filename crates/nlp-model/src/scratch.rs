//! Work space that a shared model can lend to each caller.

use std::fmt;
use std::sync::Mutex;

/// A pool of buffers: models stay `Sync`, and after the first calls nothing is allocated.
pub(crate) struct Scratch<T>(Mutex<Vec<Vec<T>>>);

impl<T: Copy> Scratch<T> {
    pub(crate) fn new() -> Self {
        Scratch(Mutex::new(Vec::new()))
    }

    /// Calls `work` with a buffer of `len` entries, all equal to `fill`.
    pub(crate) fn with<R>(&self, len: usize, fill: T, work: impl FnOnce(&mut [T]) -> R) -> R {
        let mut buffer = self.pool().pop().unwrap_or_default();
        buffer.clear();
        buffer.resize(len, fill);
        let result = work(&mut buffer);
        self.pool().push(buffer);
        result
    }

    /// The pool; a panic elsewhere cannot leave it in a bad state, so poisoning is ignored.
    fn pool(&self) -> std::sync::MutexGuard<'_, Vec<Vec<T>>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl<T> fmt::Debug for Scratch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}
