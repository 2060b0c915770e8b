//! Wall time and CPU time of a piece of work: on a busy machine they differ.

use std::time::Instant;

/// Seconds that something took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seconds {
    /// On the processor, this thread only; the wall time where the system does not tell.
    pub cpu: f64,
    /// On the clock on the wall.
    pub wall: f64,
}

impl Seconds {
    /// The one with less CPU time.
    pub fn faster(self, other: Seconds) -> Seconds {
        if other.cpu < self.cpu { other } else { self }
    }
}

/// Does the work and takes its time.
pub fn timed<R>(work: impl FnOnce() -> R) -> (R, Seconds) {
    let (wall, cpu) = (Instant::now(), thread_seconds());
    let result = work();
    let wall = wall.elapsed().as_secs_f64();
    let cpu = match (cpu, thread_seconds()) {
        (Some(from), Some(to)) => to - from,
        _ => wall,
    };
    (result, Seconds { cpu, wall })
}

/// CPU time of this thread so far.
#[cfg(unix)]
fn thread_seconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64)
}

#[cfg(not(unix))]
fn thread_seconds() -> Option<f64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_costs_no_processor() {
        let nap = std::time::Duration::from_millis(30);
        let ((), seconds) = timed(|| std::thread::sleep(nap));
        assert!(seconds.wall >= 0.03);
        assert!(!cfg!(unix) || seconds.cpu < 0.02, "{seconds:?}");
    }
}
