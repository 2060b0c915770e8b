use super::super::merge;
use super::super::record::json_lines;
use super::super::selection::{Starts, Variant};
use super::super::sweep::{Ready, tasks};
use super::*;

/// A small sweep and a folder for its shards.
struct Small {
    ready: Vec<Ready>,
    choice: Choice,
    published: Published,
    out: PathBuf,
}

impl Small {
    fn new(name: &str) -> Self {
        let chosen = super::super::problems(&["Bard*".into()], false).unwrap();
        let out = format!("stackelberg-shard-{name}-{}", std::process::id());
        Small {
            choice: Choice {
                problems: chosen.iter().map(|p| p.name.to_string()).collect(),
                lambdas: vec![1.0, 3.0],
                starts: Starts::All,
                variants: vec![Variant::Released, Variant::Production],
            },
            ready: chosen.into_iter().map(Ready::new).collect(),
            published: Published::read(&crate::root()).unwrap(),
            out: std::env::temp_dir().join(out),
        }
    }

    fn tasks(&self) -> Vec<Task<'_>> {
        tasks(
            &self.ready,
            &self.choice.variants,
            &self.choice.lambdas,
            self.choice.starts,
        )
    }

    fn header(&self, shard: &str) -> Header {
        Header {
            revision: "a".into(),
            shard: shard.parse().unwrap(),
            choice: self.choice.clone(),
        }
    }

    fn run(&self, header: &Header) -> crate::Result<(usize, usize)> {
        let token = CancelToken::new();
        run(header, &self.tasks(), &self.published, &self.out, 1, &token)
    }

    fn single(&self) -> String {
        let token = CancelToken::new();
        let done = sweep(&self.tasks(), "test", 1, &self.published, &token, &|_| {
            Ok(())
        });
        json_lines(&done.unwrap().records).unwrap()
    }

    fn merged(&self) -> crate::Result<String> {
        json_lines(&merge::read(&self.out)?.in_order(&self.tasks())?)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.out);
    }
}

#[test]
fn shards_are_written_as_they_are_read_and_share_out_all_runs() {
    for wrong in ["0/4", "5/4", "1", "a/2", "1/0", "-1/2"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
    assert_eq!("2/4".parse::<Shard>().unwrap().to_string(), "2/4");
    let mut all = Vec::new();
    for i in 1..=4 {
        let shard: Shard = format!("{i}/4").parse().unwrap();
        let part = shard.of(&(0..10).collect::<Vec<_>>());
        assert!(part.len() == 2 || part.len() == 3);
        all.extend(part);
    }
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
}

#[test]
fn a_shard_that_was_cut_off_anywhere_goes_on_to_the_same_bytes() {
    let small = Small::new("cut");
    for shard in ["1/2", "2/2"] {
        small.run(&small.header(shard)).unwrap();
    }
    let expected = small.single();
    assert_eq!(small.merged().unwrap(), expected);

    let header = small.header("2/2");
    let (records, times) = (
        header.shard.records(&small.out),
        header.shard.times(&small.out),
    );
    let (whole, whole_times) = (crate::read(&records).unwrap(), crate::read(&times).unwrap());
    let lines = whole.lines().count();
    let first_line = whole.find('\n').unwrap();
    let ends = [
        0,
        10,
        first_line,
        first_line + 1,
        first_line + 7,
        whole.len() / 2,
        whole.len() - 1,
    ];
    for end in ends {
        // the time of a run is written before its record
        let kept = whole[..end].matches('\n').count().saturating_sub(1);
        let of_times: usize = whole_times
            .lines()
            .take(kept + 1)
            .map(|l| l.len() + 1)
            .sum();
        std::fs::write(&records, &whole[..end]).unwrap();
        std::fs::write(&times, &whole_times[..of_times - 3]).unwrap();
        assert!(small.merged().is_err(), "cut at {end}");
        let (before, now) = small.run(&header).unwrap();
        assert_eq!((before, before + now), (kept, lines - 1), "cut at {end}");
        assert_eq!(small.merged().unwrap(), expected, "cut at {end}");
    }
    assert_eq!(
        small.run(&header).unwrap(),
        (lines - 1, 0),
        "nothing is left"
    );
}

#[test]
fn an_interrupted_shard_keeps_what_it_has() {
    let small = Small::new("interrupted");
    let header = small.header("1/1");
    let token = CancelToken::new();
    token.cancel();
    let none = run(
        &header,
        &small.tasks(),
        &small.published,
        &small.out,
        1,
        &token,
    )
    .unwrap();
    assert_eq!(none, (0, 0));
    let error = small.merged().unwrap_err().to_string();
    assert!(
        error.contains("runs are missing in the shards [1]"),
        "{error}"
    );
    let all = small.tasks().len();
    assert_eq!(small.run(&header).unwrap(), (0, all));
    assert_eq!(small.merged().unwrap(), small.single());
}

#[test]
fn records_of_other_code_or_of_other_runs_are_refused() {
    let small = Small::new("refused");
    small.run(&small.header("1/2")).unwrap();
    let refused = |change: &dyn Fn(&mut Header)| {
        let mut header = small.header("1/2");
        change(&mut header);
        small.run(&header).unwrap_err().to_string()
    };
    let error = refused(&|h| h.revision = "b".into());
    assert!(
        error.contains("recorded by the code a, not by b"),
        "{error}"
    );
    let error = refused(&|h| h.choice.lambdas.push(9.0));
    assert!(error.contains("it has other parameters λ"), "{error}");
    let error = refused(&|h| h.choice.variants.truncate(1));
    assert!(error.contains("it has other variants"), "{error}");

    let error = small.merged().unwrap_err().to_string();
    assert!(error.contains("shard 2/2 is missing"), "{error}");
    let mut other = small.header("2/2");
    other.revision = "b".into();
    small.run(&other).unwrap();
    let error = small.merged().unwrap_err().to_string();
    assert!(
        error.contains("2-of-2.jsonl is not of this sweep"),
        "{error}"
    );

    let records = small.header("1/2").shard.records(&small.out);
    std::fs::write(
        &records,
        crate::read(&records)
            .unwrap()
            .replace("\"start\":0", "\"start\":"),
    )
    .unwrap();
    let error = small.run(&small.header("1/2")).unwrap_err().to_string();
    assert!(error.contains("1-of-2.jsonl, line "), "{error}");
}

#[test]
fn two_processes_do_not_record_the_same_shard() {
    let small = Small::new("locked");
    let header = small.header("1/1");
    small.run(&header).unwrap();
    let _held = open(&header.shard.records(&small.out)).unwrap();
    let error = small.run(&header).unwrap_err().to_string();
    assert!(
        error.contains("another process records this shard"),
        "{error}"
    );
}
