//! The last iterates of a run, with the runs below them.

use std::collections::VecDeque;
use std::fmt::Write as _;

/// One recorded iterate.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry<S> {
    /// Stops before this entry, itself included; 0 for the initial state and for the start.
    pub iteration: usize,
    /// Score, when known.
    pub score: Option<f64>,
    /// The state, or what was kept of it.
    pub state: S,
    /// The run that led to this iterate, when it was attached.
    pub inner: Option<History<S>>,
}

/// The last entries of a run, oldest first.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct History<S> {
    /// `None` keeps everything.
    limit: Option<usize>,
    entries: VecDeque<Entry<S>>,
}

impl<S> History<S> {
    /// An empty history that keeps the last `limit` entries, or all of them.
    pub fn new(limit: Option<usize>) -> Self {
        History {
            limit,
            entries: VecDeque::with_capacity(limit.map_or(0, |n| n.min(1024))),
        }
    }

    /// Appends an entry and drops the oldest when the history is full.
    pub fn push(&mut self, iteration: usize, score: Option<f64>, state: S) {
        if self.limit == Some(0) {
            return;
        }
        if self.limit == Some(self.entries.len()) {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            iteration,
            score,
            state,
            inner: None,
        });
    }

    /// Hangs the history of an inner run on the last entry. Without an entry, it is dropped.
    pub fn attach(&mut self, inner: History<S>) {
        if let Some(last) = self.entries.back_mut() {
            last.inner = Some(inner);
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    /// Entry `i`, the oldest being 0.
    pub fn get(&self, i: usize) -> Option<&Entry<S>> {
        self.entries.get(i)
    }
    /// Entry `j` of the run below entry `i`.
    pub fn get_inner(&self, i: usize, j: usize) -> Option<&Entry<S>> {
        self.get(i)?.inner.as_ref()?.get(j)
    }
    /// The entries, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry<S>> {
        self.entries.iter()
    }
    /// The entry whose score is nearest to zero, the oldest among equals; entries without a score do not compete.
    pub fn best(&self) -> Option<&Entry<S>> {
        self.best_by(|entry| entry.score.map(f64::abs))
    }
    /// The entry with the smallest `measure`, the oldest among equals; `None` and NaN do not compete.
    pub fn best_by(&self, measure: impl Fn(&Entry<S>) -> Option<f64>) -> Option<&Entry<S>> {
        let mut best: Option<(f64, &Entry<S>)> = None;
        for entry in &self.entries {
            if let Some(value) = measure(entry).filter(|v| !v.is_nan())
                && best.is_none_or(|(least, _)| value < least)
            {
                best = Some((value, entry));
            }
        }
        best.map(|(_, entry)| entry)
    }
    /// Forgets all entries and keeps the room.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// A table for people: iteration, score and the chosen columns. Inner runs are indented below their entry.
    /// An unknown value is a dash.
    pub fn table(&self, columns: &[Column<'_, S>]) -> String {
        let mut text = format!("{:<12}{:>12}", "iteration", "score");
        for (name, _) in columns {
            let _ = write!(text, " {name:>12}");
        }
        text.push('\n');
        self.rows(columns, 0, &mut text);
        text
    }

    fn rows(&self, columns: &[Column<'_, S>], depth: usize, text: &mut String) {
        for entry in &self.entries {
            let label = format!("{:depth$}{}", "", entry.iteration, depth = 2 * depth);
            let _ = write!(text, "{label:<12}{}", cell(entry.score));
            for (_, value) in columns {
                let _ = write!(text, " {}", cell(value(&entry.state)));
            }
            text.push('\n');
            if let Some(inner) = &entry.inner {
                inner.rows(columns, depth + 1, text);
            }
        }
    }
}

/// A column of a printed history: its name and its value.
pub type Column<'a, S> = (&'a str, &'a dyn Fn(&S) -> Option<f64>);

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| format!("{:>12}", "–"), |v| format!("{v:>12.4e}"))
}

/// A history and how a state is copied into it.
pub(crate) struct Recorder<S> {
    pub(crate) history: History<S>,
    pub(crate) snapshot: Box<dyn FnMut(&S) -> S + Send>,
}

impl<S> Recorder<S> {
    pub(crate) fn record(&mut self, iteration: usize, score: Option<f64>, state: &S) {
        self.history.push(iteration, score, (self.snapshot)(state));
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn a_full_history_drops_the_oldest() {
        let mut history = History::new(Some(2));
        for k in 0..5 {
            history.push(k, Some(10.0 - k as f64), k);
        }
        let kept: Vec<usize> = history.iter().map(|entry| entry.state).collect();
        assert_eq!(kept, [3, 4]);
        let mut none = History::new(Some(0));
        none.push(0, None, ());
        assert!(none.is_empty());
    }

    #[test]
    fn the_best_entry_ignores_unknown_scores_and_nan() {
        let mut history = History::new(None);
        for (k, score) in [None, Some(f64::NAN), Some(-3.0), Some(2.0), Some(-2.0)]
            .into_iter()
            .enumerate()
        {
            history.push(k, score, ());
        }
        assert_eq!(history.best().map(|entry| entry.iteration), Some(3));
    }

    #[test]
    fn inner_runs_are_reached_by_two_indices_and_printed_below() {
        let mut inner = History::new(None);
        inner.push(0, Some(0.5), 7.0);
        let mut outer = History::new(None);
        outer.push(0, None, 1.0);
        outer.push(1, Some(0.25), 2.0);
        outer.attach(inner);
        assert_eq!(outer.get_inner(1, 0).map(|entry| entry.state), Some(7.0));
        assert!(outer.get_inner(0, 0).is_none());
        let table = outer.table(&[("x", &|x: &f64| Some(*x))]);
        let expected = "\
iteration          score            x
0                      –     1.0000e0
1              2.5000e-1     2.0000e0
  0            5.0000e-1     7.0000e0
";
        assert_eq!(table, expected);
    }
}
