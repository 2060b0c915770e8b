//! Which checks run.

/// A switch for each check. All are on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Remote {
    /// Scan the point for NaN and for entries beyond the threshold, O(n).
    pub point: bool,
    /// Scan the other known values of the state for NaN and ±∞, O(n).
    pub domain: bool,
    /// Compute the score and compare it with the tolerances.
    pub score: bool,
    /// Compare the objective with the threshold.
    pub objective: bool,
    /// Compare the wall time with its limit.
    pub time: bool,
    /// Compare evaluations with their limits.
    pub evaluations: bool,
    /// Look for a stall, when a [`Stall`](crate::Stall) is set.
    pub stall: bool,
    /// Count iterations against their limit.
    pub iterations: bool,
    /// Ask the enclosing runs for their time, evaluations and end.
    pub parent: bool,
    /// Call the user's checks and observers at stops.
    pub user: bool,
    /// Call the user's checks and observers at the start.
    pub user_start: bool,
    /// End the list of checks at the first reason found, and read the clock at one stop of 16 while these take less than 0.1 ms
    /// together. Default false.
    pub first_only: bool,
}

impl Default for Remote {
    fn default() -> Self {
        Remote {
            point: true,
            domain: true,
            score: true,
            objective: true,
            time: true,
            evaluations: true,
            stall: true,
            iterations: true,
            parent: true,
            user: true,
            user_start: true,
            first_only: false,
        }
    }
}

impl Remote {
    /// The preset for loops whose iterations cost next to nothing: no scan of the point or of the state, no test of the
    /// objective, no questions to enclosing runs, and the first reason ends the list of checks.
    ///
    /// A cancellation is seen all the same. Who encloses such a loop stops at the next stop of its own.
    pub fn cheap() -> Self {
        Remote {
            point: false,
            domain: false,
            objective: false,
            parent: false,
            first_only: true,
            ..Remote::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Remote;

    #[test]
    fn the_cheap_preset_turns_four_checks_off() {
        let cheap = Remote::cheap();
        let full = Remote {
            point: true,
            domain: true,
            objective: true,
            parent: true,
            first_only: false,
            ..cheap
        };
        assert_eq!(full, Remote::default());
        assert!(!(cheap.point || cheap.domain || cheap.objective || cheap.parent));
    }
}
