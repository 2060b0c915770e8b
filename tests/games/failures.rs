//! Games without an answer, players that do not fit together.

use super::table::{Method, Table, models, run};
use super::{Firms, Harker, River, mpec, nlp_model};
use mpec::MpecError;
use mpec::game::{GameOptions, NashGame, Player, check_equilibrium, decompose, solve_conditions};
use nlp_model::Scalar;
use stackelberg::stopping::Status;

const INF: f64 = f64::INFINITY;

/// The first player must keep x₀ ≥ x₁ + 1 and x₀ ≤ 1; the second wants x₁ = 5.
#[derive(Clone, Copy)]
struct Squeezed;
impl Table for Squeezed {
    const PLAYERS: usize = 2;
    const ROWS: usize = 1;
    const SHARED: usize = 0;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        (x[nu] - [0.0, 5.0][nu]).powi(2)
    }
    fn rows<T: Scalar>(&self, nu: usize, x: &[T], c: &mut [T]) {
        c[0] = if nu == 0 {
            x[1] + 1.0 - x[0]
        } else {
            T::from(-1.0)
        };
    }
    fn bounds(&self, j: usize) -> (f64, f64) {
        if j == 0 { (0.0, 1.0) } else { (0.0, INF) }
    }
}

#[test]
fn a_player_without_a_reply_ends_the_game_as_infeasible() {
    let end = run(Squeezed, &[1.0, 0.0], decompose);
    assert_eq!(end.status, Status::Infeasible, "{end}");
    assert!(end.check.violations[0] > 1.0, "{end}");
    let end = run(Squeezed, &[1.0, 0.0], solve_conditions);
    assert!(
        !end.status.is_success() && end.check.violations[0] > 0.1,
        "{end}"
    );
}

#[test]
fn players_that_do_not_fit_are_refused() {
    let models = models(River);
    let own = |list: &[&[usize]]| -> Result<(), MpecError> {
        let players = list.iter().zip(&models).map(|(own, model)| Player {
            model,
            own: own.to_vec(),
        });
        NashGame::new(players.collect(), 2).map(|_| ())
    };
    let wrong = |list: &[&[usize]], number: usize| match own(list) {
        Err(MpecError::Game { player, .. }) => assert_eq!(player, number),
        other => panic!("{other:?}"),
    };
    assert!(own(&[&[0], &[1], &[2]]).is_ok());
    wrong(&[], 0);
    wrong(&[&[0], &[1]], 2);
    wrong(&[&[0], &[0], &[2]], 1);
    wrong(&[&[0], &[1], &[3]], 2);
    // More shared rows than there are, other numbers of variables, other rows.
    let players = || {
        models.iter().enumerate().map(|(k, model)| Player {
            model,
            own: vec![k],
        })
    };
    assert!(matches!(
        NashGame::new(players().collect(), 3),
        Err(MpecError::Game { player: 0, .. })
    ));
    let other = super::table::models(Harker);
    let mixed = vec![
        players().next().unwrap(),
        Player {
            model: &other[1],
            own: vec![1, 2],
        },
    ];
    assert!(matches!(
        NashGame::new(mixed, 0),
        Err(MpecError::Game { player: 1, .. })
    ));
    let most = [700.0, 75.0].map(|most| super::table::models(Firms { most }));
    let mixed = vec![
        Player {
            model: &most[0][0],
            own: vec![0, 1],
        },
        Player {
            model: &most[1][1],
            own: vec![2, 3, 4],
        },
    ];
    assert!(matches!(
        NashGame::new(mixed, 1),
        Err(MpecError::Game { player: 1, .. })
    ));

    let river = NashGame::new(players().collect(), 2).unwrap();
    let options = GameOptions::default();
    for method in [solve_conditions as Method, decompose] {
        assert!(matches!(
            method(&river, &[0.0; 2], &options),
            Err(MpecError::Model(_))
        ));
        assert!(matches!(
            method(&river, &[0.0, f64::NAN, 0.0], &options),
            Err(MpecError::Model(_))
        ));
        let bad = GameOptions {
            tolerance: f64::NAN,
            ..options
        };
        assert!(matches!(
            method(&river, &[0.0; 3], &bad),
            Err(MpecError::Option { .. })
        ));
    }
    assert!(check_equilibrium(&river, &[0.0; 3], &[vec![0.0; 2]], &options).is_err());
    assert!(check_equilibrium(&river, &[0.0; 3], &vec![vec![0.0; 1]; 3], &options).is_err());
}

/// ln(x₀ − 2) is not a number on [0, 1].
#[derive(Clone, Copy)]
struct Undefined;
impl Table for Undefined {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 { (x[0] - 2.0).ln() } else { x[1] }
    }
    fn bounds(&self, _: usize) -> (f64, f64) {
        (0.0, 1.0)
    }
}

#[test]
fn a_player_whose_function_is_undefined_is_a_domain_error() {
    for method in [solve_conditions as Method, decompose] {
        let end = run(Undefined, &[0.5; 2], method);
        assert_eq!(end.status, Status::DomainError, "{end}");
        assert!(end.check.gains[0].is_nan());
    }
}

/// The first player sells without end.
#[derive(Clone, Copy)]
struct Endless;
impl Table for Endless {
    const PLAYERS: usize = 2;
    fn theta<T: Scalar>(&self, nu: usize, x: &[T]) -> T {
        if nu == 0 { -x[0] } else { (x[1] - 1.0).powi(2) }
    }
}

#[test]
fn a_player_without_a_least_value_is_told() {
    let end = run(Endless, &[1.0; 2], decompose);
    assert_eq!(end.status, Status::UnboundedObjective, "{end}");
    let end = run(Endless, &[1.0; 2], solve_conditions);
    assert!(
        !end.status.is_success() && end.check.gains[0] > 1e6,
        "{end}"
    );
}
