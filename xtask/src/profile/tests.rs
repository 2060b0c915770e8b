//! Whole jobs.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn parse(words: &[&str]) -> Result<Args, clap::Error> {
    Cli::try_parse_from(std::iter::once(&"profile").chain(words)).map(|cli| cli.args)
}

fn results() -> Results {
    let list = vec![
        outcome::example("P", "a", &[1.0, 50.0]),
        outcome::example("P", "b", &[3.0, 20.0]),
        outcome::example("Q", "a", &[4.0, 90.0]),
        Outcome {
            solved: false,
            solves: 9,
            ..outcome::example("Q", "b", &[2.0, 10.0])
        },
    ];
    let costs = vec![Cost::new("iterations"), Cost::new("microseconds")];
    Results::new(costs, list, true).unwrap()
}

#[test]
fn the_summary_tells_what_the_profiles_say() {
    let results = results();
    let get = |name: &str| results.summary.get(name);
    assert_eq!(get("a_solved_fraction"), Some(1.0));
    assert_eq!(get("b_solved_fraction"), Some(0.5));
    assert_eq!(
        (get("b_claims_refuted"), get("b_solved_again")),
        (Some(1.0), Some(1.0))
    );
    // Iterations: ratios of a are 1, 1, of b 3, ∞. Time: of a 2.5, 1, of b 1, ∞.
    assert_eq!(get("a_iterations_best_fraction"), Some(1.0));
    assert_eq!(get("b_iterations_within_2_fraction"), Some(0.0));
    assert_eq!(get("a_microseconds_within_2_fraction"), Some(0.5));
    assert_eq!(get("a_microseconds_within_10_fraction"), Some(1.0));
    assert_eq!(get("interrupted"), Some(0.0));
}

#[test]
fn every_step_of_every_profile_is_a_line_of_the_table() {
    let text = csv(&results());
    assert!(text.starts_with("kind,cost,tau,solver,budget,share\n"));
    assert!(
        text.contains("\nperformance,iterations,,b,3,0.5\n"),
        "{text}"
    );
    // A reduction by 0.9 takes one iteration of a problem with three variables.
    assert!(text.contains("\ndata,iterations,1e-1,a,0.25,1\n"), "{text}");
    assert!(text.lines().all(|l| l.split(',').count() == 6));
}

#[test]
fn figures_and_the_page_are_whole() {
    let results = results();
    let figures = figures::all(&results);
    assert_eq!(figures.len(), 2);
    let page = page::page(&results, "a machine");
    for (name, document) in &figures {
        assert!(document.ends_with("</svg>\n") && !document.contains("NaN"));
        assert!(page.contains(&format!("(profiles/{name})")));
    }
    assert!(page.contains("| a | 100.0 % |"), "{page}");
}

#[test]
fn an_interrupted_job_writes_profiles_of_what_it_has() {
    let token = CancelToken::new();
    token.cancel();
    let (costs, list, complete) = gather(&parse(&["--quick"]).unwrap(), &token).unwrap();
    let results = Results::new(costs, list, complete).unwrap();
    assert_eq!(results.summary.get("interrupted"), Some(1.0));
    assert!(
        figures::all(&results)
            .iter()
            .all(|(_, f)| !f.contains("NaN"))
    );
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    assert!(parse(&["--records", "f", "--quick"]).is_err());
    assert!(parse(&["--update-docs", "--quick"]).is_err());
    assert!(parse(&["--records", "f", "--cost", "evaluations"]).is_ok());
    assert!(parse(&["--cost", "evaluations"]).is_err());
}

#[test]
fn records_of_a_benchmark_give_the_files() {
    let folder = std::env::temp_dir().join(format!("stackelberg-profile-{}", std::process::id()));
    let records = folder.join("records.jsonl");
    let line = |solver: &str, k: usize| {
        format!(
            "{{\"problem\":\"P\",\"solver\":\"{solver}\",\"status\":\"optimal\",\"residual\":0,\"evaluations\":{k},\"variables\":2}}\n"
        )
    };
    crate::write(&records, &(line("a", 3) + &line("b", 6))).unwrap();
    let words = [
        "--records",
        records.to_str().unwrap(),
        "--cost",
        "evaluations",
        "--out",
        folder.to_str().unwrap(),
    ];
    run(&parse(&words).unwrap()).unwrap();
    let text = std::fs::read_to_string(folder.join("profiles.csv")).unwrap();
    let expected = "performance,evaluations,,a,1,1\nperformance,evaluations,,b,2,1\n";
    assert!(text.ends_with(expected), "{text}");
    assert!(folder.join("profile-performance.svg").exists());
    assert!(!folder.join("profile-data.svg").exists());
    std::fs::remove_dir_all(folder).unwrap();
}
