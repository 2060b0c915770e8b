//! The time, real or set by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A clock that only goes forward. Copies show the same time.
///
/// Tests take [`Clock::manual`] and decide what time it is.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System(Instant),
    Manual(Arc<AtomicU64>),
}

impl Default for Clock {
    fn default() -> Self {
        Clock::system()
    }
}

impl Clock {
    /// The monotonic clock of the system, zero now.
    pub fn system() -> Self {
        Clock(Kind::System(Instant::now()))
    }
    /// A clock that stands at zero until it is advanced.
    pub fn manual() -> Self {
        Clock(Kind::Manual(Arc::new(AtomicU64::new(0))))
    }
    /// Advances a manual clock and all its copies. A system clock is not impressed.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual(nanos) = &self.0 {
            nanos.fetch_add(to_nanos(by), Ordering::AcqRel);
        }
    }
    /// Time since the clock was made.
    pub fn now(&self) -> Duration {
        Duration::from_nanos(self.nanos())
    }
    /// Nanoseconds since the clock was made.
    #[inline]
    pub(crate) fn nanos(&self) -> u64 {
        match &self.0 {
            Kind::System(zero) => to_nanos(zero.elapsed()),
            Kind::Manual(nanos) => nanos.load(Ordering::Acquire),
        }
    }
}

/// Whole nanoseconds, saturating after 584 years; so `Duration::MAX` becomes `u64::MAX`.
#[inline]
pub(crate) fn to_nanos(duration: Duration) -> u64 {
    let seconds = duration.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(u64::from(duration.subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::{Clock, to_nanos};
    use std::time::Duration;

    #[test]
    fn a_manual_clock_moves_with_its_copies_only_when_told() {
        let clock = Clock::manual();
        let copy = clock.clone();
        assert_eq!(copy.now(), Duration::ZERO);
        clock.advance(Duration::from_millis(1500));
        assert_eq!(copy.now(), Duration::from_millis(1500));
    }

    #[test]
    fn the_system_clock_does_not_go_backward() {
        let clock = Clock::system();
        let (a, b) = (clock.now(), clock.now());
        assert!(a <= b);
        assert_eq!(to_nanos(Duration::MAX), u64::MAX);
    }
}
