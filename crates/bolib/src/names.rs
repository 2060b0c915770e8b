//! Finding a problem by its name.

use crate::catalogue::PROBLEMS;
use crate::{BolibError, Problem};

/// How many names an error lists at most.
const SUGGESTIONS: usize = 3;

/// The 124 problems in the order of the published tables: 1 to 72 with a lower level listed there
/// as convex, then the others. `problems()[i].number` is i + 1.
pub fn problems() -> &'static [Problem] {
    &PROBLEMS
}

/// The problem of this name or alias; the case of letters does not matter.
///
/// ```
/// let problem = bolib::problem("Bard1988Ex1")?;
/// let model = problem.build();
/// assert_eq!(Some(model.upper().obj(&[1.0, 0.0])), problem.reference.value);
///
/// let error = bolib::problem("Bard88Ex1").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "no problem is called `Bard88Ex1`; did you mean Bard1988Ex1 or Bard1988Ex2 or Bard1988Ex3?"
/// );
/// # Ok::<(), bolib::BolibError>(())
/// ```
pub fn problem(name: &str) -> Result<&'static Problem, BolibError> {
    let is_called = |p: &Problem| names(p).any(|n| n.eq_ignore_ascii_case(name));
    PROBLEMS
        .iter()
        .find(|p| is_called(p))
        .ok_or_else(|| BolibError::UnknownProblem {
            name: name.to_string(),
            near: near(name),
        })
}

fn names(problem: &Problem) -> impl Iterator<Item = &'static str> {
    std::iter::once(problem.name).chain(problem.aliases.iter().copied())
}

/// Names that begin like `name`, then names within a third of its length in edit distance.
fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_lowercase();
    let mut found: Vec<(usize, &'static str)> = PROBLEMS
        .iter()
        .flat_map(names)
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let is_prefix = !name.is_empty() && other.starts_with(&name);
            let distance = if is_prefix {
                0
            } else {
                edit_distance(&name, &other)
            };
            (distance <= name.len() / 3).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .take(SUGGESTIONS)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// Levenshtein distance: insertions, deletions and replacements that lead from `a` to `b`.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{edit_distance, near, problem};
    use crate::BolibError;

    #[test]
    fn edit_distances_are_those_of_the_textbook() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("flaw", "lawn"), 2);
        assert_eq!(edit_distance("same", "same"), 0);
    }

    #[test]
    fn aliases_and_other_cases_resolve() {
        assert_eq!(problem("EdmundsBard1991").unwrap().name, "FloudasEtal2013");
        assert_eq!(
            problem("PaulaviciusEtal2017b").unwrap().name,
            "PaulaviciusAdjiman2017b"
        );
        assert_eq!(problem("vogel2002").unwrap().name, "Vogel2012");
        assert_eq!(problem("MUUQUY2003EX2").unwrap().ny, 3);
    }

    #[test]
    fn an_unknown_name_lists_near_ones_and_a_strange_one_lists_none() {
        assert_eq!(near("Outrata1993"), ["Outrata1993Ex31", "Outrata1993Ex32"]);
        assert_eq!(
            near("MitsosBarton2006Ex31"),
            [
                "MitsosBarton2006Ex310",
                "MitsosBarton2006Ex311",
                "MitsosBarton2006Ex312"
            ]
        );
        assert_eq!(near("Morgan2006Patrone"), Vec::<&str>::new());
        assert!(near("").is_empty());
        let error = problem("rosenbrock").unwrap_err();
        assert_eq!(
            error,
            BolibError::UnknownProblem {
                name: "rosenbrock".into(),
                near: vec![]
            }
        );
        assert_eq!(error.to_string(), "no problem is called `rosenbrock`");
    }
}
