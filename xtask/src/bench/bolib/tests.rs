use super::*;
use clap::Parser;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn parse(words: &[&str]) -> Args {
    let words = std::iter::once(&"bench").chain(words);
    Cli::try_parse_from(words).expect("valid arguments").args
}

#[test]
fn parameters_are_sorted_and_the_quick_subset_has_its_own() {
    assert_eq!(
        parse(&["--lambda", "3,1/3,3^0,3"]).lambdas(),
        [1.0 / 3.0, 1.0, 3.0]
    );
    assert_eq!(parse(&["--quick"]).lambdas(), QUICK_LAMBDAS);
    assert_eq!(parse(&[]).lambdas(), PUBLISHED_LAMBDAS);
}

#[test]
fn documents_are_rewritten_by_a_full_sweep_only() {
    assert!(parse(&["--update-docs"]).is_full());
    for words in [
        ["--start", "0"],
        ["--jobs", "2"],
        ["--variant", "published"],
    ] {
        let args = parse(&[words[0], words[1], "--update-docs"]);
        assert!(run(&args).is_err(), "{words:?}");
    }
}

#[test]
fn an_interrupted_sweep_says_so_and_keeps_what_it_has() {
    let token = CancelToken::new();
    token.cancel();
    let results = solve(&parse(&["--quick"]), &token).unwrap();
    assert!(results.is_interrupted() && results.records.is_empty());
    assert_eq!(results.summary.get("published_runs"), None);
    assert!(!small_results().is_interrupted());
}

#[test]
fn a_small_run_writes_all_files() {
    let folder = std::env::temp_dir().join(format!("stackelberg-bench-{}", std::process::id()));
    let out = folder.to_str().expect("a readable path");
    run(&parse(&[
        "--problem",
        "Bard1988Ex1",
        "--lambda",
        "1",
        "--out",
        out,
    ]))
    .unwrap();
    let lines = std::fs::read_to_string(folder.join("records.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 2 * 3);
    let text = std::fs::read_to_string(folder.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(summary["published_rows_comparable"], 2);
    assert_eq!(summary["runs"], 2);
    for key in [
        "sweep_seconds",
        "max_derivative_error",
        "median_microseconds",
    ] {
        assert!(summary[key].is_number(), "{key}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn merged_shards_are_a_single_run() {
    let folder = std::env::temp_dir().join(format!("stackelberg-merge-{}", std::process::id()));
    let (apart, single) = (folder.join("apart"), folder.join("single"));
    let with = |out: &std::path::Path, more: &[&str]| {
        let choice = ["--problem", "Bard*", "--lambda", "1,3", "--out"];
        let out = [out.to_str().expect("a readable path")];
        parse(&[&choice[..], &out, more].concat())
    };
    run(&with(&single, &[])).unwrap();
    for (shard, jobs) in [("3/4", "1"), ("1/4", "2"), ("4/4", "1"), ("2/4", "2")] {
        run(&with(&apart, &["--shard", shard, "--jobs", jobs])).unwrap();
    }
    run(&parse(&["--merge", "--out", apart.to_str().unwrap()])).unwrap();
    let text = |out: &std::path::Path, name: &str| std::fs::read(out.join(name)).unwrap();
    for name in ["records.jsonl", "records.csv", "differences.csv"] {
        assert!(text(&apart, name) == text(&single, name), "{name}");
    }
    let summary: serde_json::Value = serde_json::from_slice(&text(&apart, "summary.json")).unwrap();
    assert_eq!(summary["shards"], 4);
    assert!(summary["median_microseconds"].is_number());
    std::fs::remove_dir_all(folder).unwrap();
}
