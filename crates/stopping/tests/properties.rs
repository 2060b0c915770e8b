//! What holds whatever the numbers are.

use std::ops::ControlFlow;
use std::time::Duration;

use proptest::prelude::*;
use stopping::{
    Budget, Clock, Divergence, NlpState, Norm, Reasons, Remote, Stall, Status, Stopping, all_of,
    any_of,
};

fn statuses() -> impl Strategy<Value = Vec<Status>> {
    prop::collection::vec(prop::sample::select(Status::ALL.to_vec()), 0..20)
}

proptest! {
    #[test]
    fn priority_is_total_and_blind_to_order_and_repetition(list in statuses()) {
        let reasons: Reasons = list.iter().copied().collect();
        let reversed: Reasons = list.iter().rev().chain(&list).copied().collect();
        prop_assert_eq!(reasons, reversed);
        prop_assert_eq!(reasons.first(), list.iter().copied().min());
        prop_assert!(reasons.iter().is_sorted());
        for status in Status::ALL {
            prop_assert_eq!(reasons.contains(status), list.contains(&status));
            prop_assert!(!reasons.without(status).contains(status));
        }
    }

    /// Each check is provoked or not, independently; a full stop reports exactly those provoked.
    #[test]
    fn a_stop_reports_every_reason_that_holds_and_no_other(
        far: bool, nan: bool, small: bool, low: bool, late: bool, old: bool, cancelled: bool, user: bool, stale: bool,
    ) {
        let clock = Clock::manual();
        let mut stopping = Stopping::new(NlpState::new(vec![1.0, 2.0]), |_: &(), s: &NlpState| {
            s.residual.get().map_or(1.0, |r| r[0])
        })
        .with_clock(clock.clone())
        .with_budget(Budget { max_iterations: if old { 0 } else { 9 }, ..Budget::default() })
        .with_divergence(Divergence { point: 10.0, objective: 100.0, maximize: false })
        .with_stall(Stall::Variance { window: 2, threshold: if stale { 1e9 } else { 0.0 } })
        .with_observer(move |_, _, progress| {
            if user && progress.iteration > 0 { ControlFlow::Break(Status::StopByUser) } else { ControlFlow::Continue(()) }
        });
        prop_assert_eq!(stopping.start(&()), None);
        if far { stopping.state.x_mut()[1] = -10.0; }
        stopping.state.residual.set(&[if small { 0.0 } else { 0.5 }]);
        if nan { stopping.state.d.set(&[f64::NAN]); }
        stopping.state.f = Some(if low { -100.0 } else { 0.0 });
        if late { clock.advance(Duration::from_secs(301)); }
        if cancelled { stopping.cancel_token().cancel(); }
        let status = stopping.stop(&());
        let provoked = [
            (Status::UnboundedIterates, far), (Status::DomainError, nan), (Status::Optimal, small),
            (Status::UnboundedObjective, low), (Status::TimeLimit, late), (Status::IterationLimit, old),
            (Status::Cancelled, cancelled), (Status::StopByUser, user), (Status::Stalled, stale),
        ];
        let expected: Reasons = provoked.iter().filter(|(_, on)| *on).map(|(status, _)| *status).collect();
        prop_assert_eq!(stopping.reasons(), expected);
        prop_assert_eq!(status, expected.first());
        // The next stop remembers all of them but the measured success.
        stopping.state.residual.set(&[0.5]);
        let _ = stopping.stop(&());
        for status in expected.without(Status::Optimal).iter() {
            prop_assert!(stopping.reasons().contains(status), "{} was forgotten", status);
        }
        prop_assert!(!stopping.reasons().contains(Status::Optimal));
    }

    #[test]
    fn optimal_means_that_the_scores_are_within_the_tolerance(
        scores in prop::collection::vec(prop_oneof![-1e-5..1e-5, Just(f64::NAN), Just(f64::INFINITY), Just(0.0)], 1..4),
        cheap: bool,
    ) {
        let n = scores.len();
        let remote = if cheap { Remote::cheap() } else { Remote::default() };
        let mut stopping = Stopping::with_scores(scores.clone(), n, |_: &(), x: &Vec<f64>, out: &mut [f64]| {
            out.copy_from_slice(x);
        })
        .with_remote(remote);
        let _ = stopping.start(&());
        let status = stopping.stop(&());
        let finite = scores.iter().all(|s| s.is_finite());
        let small = scores.iter().all(|s| s.abs() <= 1e-6);
        prop_assert_eq!(status == Some(Status::Optimal), finite && small);
        prop_assert_eq!(stopping.reasons().contains(Status::DomainError), !finite);
    }

    #[test]
    fn combinations_lie_between_their_parts(scores in prop::collection::vec(-1e3..1e3, 1..6)) {
        let distances: Vec<f64> = scores.iter().map(|s: &f64| s.abs()).collect();
        prop_assert_eq!(all_of(&scores), Norm::Inf.of(&scores));
        prop_assert!(distances.contains(&any_of(&scores)) && any_of(&scores) <= all_of(&scores));
    }
}
