//! The shards of a sweep put together: the records of a single run, byte for byte.

use super::record::{Record, RunKey};
use super::selection::Choice;
use super::shard::{self, Header, Shard};
use super::sweep::Task;
use std::collections::HashMap;
use std::path::Path;

/// The finished runs of all shards of a sweep.
#[derive(Debug)]
pub struct Merged {
    /// The runs of the sweep.
    pub choice: Choice,
    /// Number of shards.
    pub shards: usize,
    records: HashMap<RunKey, Record>,
}

/// Reads the shards below `out`, which must be all shards of one sweep.
pub fn read(out: &Path) -> crate::Result<Merged> {
    let folder = shard::folder(out);
    let first = find_first(&folder)?;
    let mut records = HashMap::new();
    for index in 1..=first.shard.count() {
        let one: Shard = format!("{index}/{}", first.shard.count()).parse()?;
        let path = one.records(out);
        let Some((recorded, _)) = shard::read(&path)? else {
            return Err(format!("shard {one} is missing: no records in {}", path.display()).into());
        };
        let mismatch = match recorded.header.differs_from(&first) {
            None if recorded.header.shard != one => {
                Some("its first line names another shard".into())
            }
            mismatch => mismatch,
        };
        if let Some(reason) = mismatch {
            return Err(format!("{} is not of this sweep: {reason}", path.display()).into());
        }
        // of a time that was written twice, the last one belongs to the record
        let times = shard::read_times(&one.times(out))?;
        let times: HashMap<RunKey, f64> = times
            .into_iter()
            .map(|t| (t.key(), t.microseconds))
            .collect();
        for mut record in recorded.runs {
            let key = record.key();
            record.microseconds = times.get(&key).copied().unwrap_or(f64::NAN);
            records.insert(key, record);
        }
    }
    Ok(Merged {
        choice: first.choice,
        shards: first.shard.count(),
        records,
    })
}

/// The header of the shard whose file comes first by name.
fn find_first(folder: &Path) -> crate::Result<Header> {
    let list = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = list
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    paths.sort();
    let is_records = |path: &&std::path::PathBuf| {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        name.is_some_and(|n| n.ends_with(".jsonl") && !n.ends_with(".times.jsonl"))
    };
    for path in paths.iter().filter(is_records) {
        if let Some((recorded, _)) = shard::read(path)? {
            return Ok(recorded.header);
        }
    }
    Err(format!("no shards in {}", folder.display()).into())
}

impl Merged {
    /// The records in the order of `tasks`. Every run must have been made.
    pub fn in_order(mut self, tasks: &[Task]) -> crate::Result<Vec<Record>> {
        let mut records = Vec::with_capacity(tasks.len());
        let mut missing = Vec::new();
        for (k, task) in tasks.iter().enumerate() {
            match self.records.remove(&task.key()) {
                Some(record) => records.push(record),
                None => missing.push(k % self.shards + 1),
            }
        }
        if let Some(extra) = self.records.keys().next() {
            return Err(format!("a run that is not of this sweep: {extra}").into());
        }
        if !missing.is_empty() {
            let runs = missing.len();
            missing.sort_unstable();
            missing.dedup();
            return Err(format!(
                "{runs} runs are missing in the shards {missing:?}; start these again to finish them"
            )
            .into());
        }
        Ok(records)
    }
}
