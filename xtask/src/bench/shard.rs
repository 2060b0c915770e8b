//! A part of a sweep, recorded line by line, so that it can be continued and merged.
//!
//! `shards/2-of-4.jsonl` begins with a [`Header`] and holds a record for each run of the shard, in the
//! order in which they ended; `shards/2-of-4.times.jsonl` holds their times, which differ from machine to
//! machine. A line is written when its run has ended, the time first: a run whose record is there is
//! finished.

use super::published::Published;
use super::record::{Record, Time};
use super::selection::Choice;
use super::sweep::{Task, sweep};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use stopping::CancelToken;

/// Shard `index` of `count`, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shard {
    index: usize,
    count: usize,
}

impl FromStr for Shard {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| part.parse().map_err(|e| format!("`{part}`: {e}"));
        let (index, count) = text.split_once('/').ok_or("write it as i/n, such as 2/4")?;
        let (index, count) = (number(index)?, number(count)?);
        if (1..=count).contains(&index) {
            Ok(Shard { index, count })
        } else {
            Err(format!(
                "there is no shard {index} of {count}; the first one is 1/{count}"
            ))
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl TryFrom<String> for Shard {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl Shard {
    /// Every `count`-th run: neighbours take about as long, so shards do.
    pub fn of<T: Clone>(self, runs: &[T]) -> Vec<T> {
        let own = runs.iter().skip(self.index - 1).step_by(self.count);
        own.cloned().collect()
    }

    /// Number of shards.
    pub fn count(self) -> usize {
        self.count
    }

    /// The file with its records.
    pub fn records(self, out: &Path) -> PathBuf {
        folder(out).join(format!("{}-of-{}.jsonl", self.index, self.count))
    }

    /// The file with its times.
    pub fn times(self, out: &Path) -> PathBuf {
        self.records(out).with_extension("times.jsonl")
    }
}

/// Where shards are below the folder of a sweep.
pub fn folder(out: &Path) -> PathBuf {
    out.join("shards")
}

/// First line of a shard's records: what must be the same when it is continued or merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The code, see [`revision`](super::revision::revision).
    pub revision: String,
    /// Which part of the runs.
    pub shard: Shard,
    /// All runs of the sweep.
    pub choice: Choice,
}

impl Header {
    /// Why records under `self` are not of the sweep of `other`.
    pub fn differs_from(&self, other: &Header) -> Option<String> {
        let (theirs, ours) = (&self.choice, &other.choice);
        if self.revision != other.revision {
            let (theirs, ours) = (&self.revision, &other.revision);
            Some(format!(
                "it was recorded by the code {theirs}, not by {ours}"
            ))
        } else if self.shard.count != other.shard.count {
            Some(format!(
                "it is shard {} of another number than {}",
                self.shard, other.shard.count
            ))
        } else {
            theirs.differs_from(ours)
        }
    }
}

/// What a shard has recorded so far.
#[derive(Debug)]
pub struct Recorded {
    pub header: Header,
    /// The finished runs.
    pub runs: Vec<Record>,
}

/// Reads a shard's records; without a whole first line there are none. The second number is the length in
/// bytes up to the last whole line.
pub fn read(path: &Path) -> crate::Result<Option<(Recorded, u64)>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(format!("{}: {e}", path.display()).into()),
    };
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let mut lines = text[..whole].lines().enumerate();
    let Some((_, first)) = lines.next() else {
        return Ok(None);
    };
    let wrong = |k: usize, e: serde_json::Error| format!("{}, line {}: {e}", path.display(), k + 1);
    let header = serde_json::from_str(first).map_err(|e| wrong(0, e))?;
    let mut runs = Vec::new();
    for (k, line) in lines {
        runs.push(serde_json::from_str(line).map_err(|e| wrong(k, e))?);
    }
    Ok(Some((Recorded { header, runs }, whole as u64)))
}

/// Reads the times of a shard; a last line that is not whole is left out.
pub fn read_times(path: &Path) -> crate::Result<Vec<Time>> {
    let text = crate::read(path)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let lines = text[..whole].lines().enumerate();
    let parse = |(k, line)| {
        serde_json::from_str(line)
            .map_err(|e| format!("{}, line {}: {e}", path.display(), k + 1).into())
    };
    lines.map(parse).collect()
}

/// Runs what the shard has not recorded yet, on `jobs` threads. Returns the numbers of runs that had been
/// recorded, and that have been now.
pub fn run(
    header: &Header,
    tasks: &[Task],
    published: &Published,
    out: &Path,
    jobs: usize,
    cancel: &CancelToken,
) -> crate::Result<(usize, usize)> {
    let path = header.shard.records(out);
    crate::write_folder(&path)?;
    let mut records = open(&path)?;
    let mut known = HashSet::new();
    match read(&path)? {
        Some((recorded, whole)) => {
            let mismatch = match recorded.header.differs_from(header) {
                None if recorded.header.shard != header.shard => Some("it is another shard".into()),
                mismatch => mismatch,
            };
            if let Some(reason) = mismatch {
                return Err(format!(
                    "{} cannot be continued: {reason}. Remove it, or choose another --out.",
                    path.display()
                )
                .into());
            }
            known.extend(recorded.runs.iter().map(Record::key));
            records.set_len(whole)?;
        }
        None => {
            records.set_len(0)?;
            records.rewind()?;
            writeln!(records, "{}", serde_json::to_string(header)?)?;
        }
    }
    records.seek(SeekFrom::End(0))?;
    let mut times = open(&header.shard.times(out))?;
    end_line(&mut times)?;
    let log = Mutex::new((records, times));
    let left: Vec<Task> = header.shard.of(tasks);
    let left: Vec<Task> = left
        .into_iter()
        .filter(|t| !known.contains(&t.key()))
        .collect();
    let note = |record: &Record| {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        // one call a line: a process that is killed leaves whole lines
        let time = serde_json::to_string(&record.time())? + "\n";
        let line = serde_json::to_string(record)? + "\n";
        log.1.write_all(time.as_bytes())?;
        log.0.write_all(line.as_bytes())?;
        Ok(())
    };
    let done = sweep(&left, "shard", jobs, published, cancel, &note)?;
    Ok((known.len(), done.records.len()))
}

/// Opens a file to read and append, for this process alone.
fn open(path: &Path) -> crate::Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let file = file.map_err(|e| format!("{}: {e}", path.display()))?;
    file.try_lock().map_err(|e| {
        format!(
            "{}: another process records this shard ({e})",
            path.display()
        )
    })?;
    Ok(file)
}

/// Goes to the end of a file of lines, without the last one when it is not whole.
fn end_line(file: &mut File) -> crate::Result<()> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let whole = text
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    file.set_len(whole as u64)?;
    file.seek(SeekFrom::End(0))?;
    Ok(())
}

#[cfg(test)]
mod tests;
