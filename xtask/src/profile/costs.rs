//! Performance and data profiles of a matrix of costs.
//!
//! Problems are rows, solvers are columns; a failure costs ∞.

/// A share of problems that grows with a budget: constant between its points, continuous from the
/// right.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Budget at which the share jumps, and the share from there on; budgets ascend.
    pub steps: Vec<(f64, f64)>,
}

impl Profile {
    /// The share of `values` at most α, for all α; what is not finite counts in the total only.
    fn of(values: &[f64]) -> Self {
        let mut finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        finite.sort_by(f64::total_cmp);
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for (k, value) in finite.into_iter().enumerate() {
            let share = (k + 1) as f64 / values.len() as f64;
            match steps.last_mut() {
                Some(last) if last.0 == value => last.1 = share,
                _ => steps.push((value, share)),
            }
        }
        Profile { steps }
    }

    /// The share at the budget `alpha`.
    pub fn at(&self, alpha: f64) -> f64 {
        let below = self.steps.partition_point(|(budget, _)| *budget <= alpha);
        below.checked_sub(1).map_or(0.0, |k| self.steps[k].1)
    }

    /// The share that no budget exceeds.
    pub fn limit(&self) -> f64 {
        self.at(f64::INFINITY)
    }
}

/// r = t / min t in each row: how many times dearer than the best solver of the problem. Costs are positive, ∞ or NaN
/// mark failures, and a failure has the ratio ∞.
///
/// (DolanMore2002, section 2)
pub fn ratios(costs: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let row_of = |row: &Vec<f64>| {
        let finite = row.iter().copied().filter(|t| t.is_finite());
        let best = finite.fold(f64::INFINITY, f64::min);
        debug_assert!(best > 0.0, "costs are positive");
        let ratio = |t: f64| {
            if t.is_finite() {
                t / best
            } else {
                f64::INFINITY
            }
        };
        row.iter().map(|t| ratio(*t)).collect()
    };
    costs.iter().map(row_of).collect()
}

/// Performance profiles ρₛ(τ) = share of problems with r ≤ τ, one for each of `solvers` columns. Problems
/// that no solver solves count in the total.
///
/// (DolanMore2002, section 2)
pub fn performance(costs: &[Vec<f64>], solvers: usize) -> Vec<Profile> {
    by_column(&ratios(costs), solvers)
}

/// Data profiles dₛ(α) = share of problems with t / (n + 1) ≤ α, n the number of variables of the problem.
///
/// (MoreWild2009, section 2)
pub fn data(costs: &[Vec<f64>], sizes: &[usize], solvers: usize) -> Vec<Profile> {
    debug_assert_eq!(costs.len(), sizes.len(), "a size for each problem");
    let scaled: Vec<Vec<f64>> = costs
        .iter()
        .zip(sizes)
        .map(|(row, n)| row.iter().map(|t| t / (n + 1) as f64).collect())
        .collect();
    by_column(&scaled, solvers)
}

fn by_column(rows: &[Vec<f64>], solvers: usize) -> Vec<Profile> {
    let column = |s: usize| -> Vec<f64> { rows.iter().map(|row| row[s]).collect() };
    (0..solvers).map(|s| Profile::of(&column(s))).collect()
}

/// The first index k with hₖ ≤ least + τ (h₀ − least): the cost of a reduction of the measure by 1 − τ of what is
/// possible. ∞ when there is none; entries that are not numbers reach nothing.
///
/// (MoreWild2009, section 2); `least` is the smallest value that any solver finds.
pub fn reduction(history: &[f64], least: f64, tau: f64) -> f64 {
    let Some(first) = history.first() else {
        return f64::INFINITY;
    };
    let target = least + tau * (first - least);
    let found = history.iter().position(|h| *h <= target);
    found.map_or(f64::INFINITY, |k| k as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: f64 = f64::INFINITY;

    /// Four problems, two solvers:
    ///   1  2     ratios 1 2
    ///   6  2            3 1
    ///   4  4            1 1
    ///   5  ∞            1 ∞
    fn costs() -> Vec<Vec<f64>> {
        vec![
            vec![1.0, 2.0],
            vec![6.0, 2.0],
            vec![4.0, 4.0],
            vec![5.0, NONE],
        ]
    }

    #[test]
    fn ratios_are_those_to_the_best_and_ties_share_the_first_place() {
        let expected = [[1.0, 2.0], [3.0, 1.0], [1.0, 1.0], [1.0, NONE]];
        assert_eq!(ratios(&costs()), expected);
    }

    #[test]
    fn performance_profiles_of_two_solvers_by_hand() {
        let profiles = performance(&costs(), 2);
        assert_eq!(profiles[0].steps, [(1.0, 0.75), (3.0, 1.0)]);
        assert_eq!(profiles[1].steps, [(1.0, 0.5), (2.0, 0.75)]);
        assert_eq!(profiles[0].at(0.999), 0.0);
        assert_eq!(profiles[0].at(1.0), 0.75);
        assert_eq!(profiles[0].at(2.999), 0.75);
        assert_eq!((profiles[0].limit(), profiles[1].limit()), (1.0, 0.75));
    }

    #[test]
    fn data_profiles_divide_by_the_size_of_the_problem() {
        let profiles = data(&costs(), &[1, 1, 3, 4], 2);
        // t / (n + 1): 0.5 1, 3 1, 1 1, 1 ∞.
        assert_eq!(profiles[0].steps, [(0.5, 0.25), (1.0, 0.75), (3.0, 1.0)]);
        assert_eq!(profiles[1].steps, [(1.0, 0.75)]);
    }

    #[test]
    fn a_problem_that_nobody_solves_counts_for_all() {
        let mut costs = costs();
        costs.push(vec![NONE, f64::NAN]);
        let profiles = performance(&costs, 2);
        assert_eq!((profiles[0].limit(), profiles[1].limit()), (0.8, 0.6));
    }

    #[test]
    fn solvers_that_always_fail_have_empty_profiles() {
        let profiles = performance(&[vec![NONE, f64::NAN], vec![NONE, NONE]], 2);
        for profile in profiles {
            assert!(profile.steps.is_empty());
            assert_eq!((profile.at(1e9), profile.limit()), (0.0, 0.0));
        }
        assert_eq!(performance(&[], 1)[0].limit(), 0.0);
    }

    #[test]
    fn profiles_grow_and_stay_between_zero_and_one() {
        let rows: Vec<Vec<f64>> = (1..60)
            .map(|k: i32| {
                let t = f64::from(k * k % 17);
                vec![t + 1.0, if k % 5 == 0 { NONE } else { 18.0 - t }]
            })
            .collect();
        for profile in performance(&rows, 2) {
            let steps = &profile.steps;
            assert!(steps.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            assert!(steps[0].0 >= 1.0 && profile.limit() <= 1.0);
        }
    }

    #[test]
    fn a_reduction_is_found_at_the_first_value_below_the_target() {
        let history = [10.0, f64::NAN, 4.0, 2.0, 3.0, 1.0];
        // least 0: targets 10 τ; least 2: targets 2 + 8 τ.
        assert_eq!(reduction(&history, 0.0, 0.4), 2.0);
        assert_eq!(reduction(&history, 0.0, 0.25), 3.0);
        assert_eq!(reduction(&history, 2.0, 0.0), 3.0);
        assert_eq!(reduction(&history, 0.0, 0.01), NONE);
        assert_eq!(reduction(&[], 0.0, 0.5), NONE);
        assert_eq!(reduction(&[f64::NAN, 0.0], 0.0, 0.5), NONE);
    }
}
