//! Citations resolve: `@Key` in a comment or a page names an entry of docs/references.bib.
//!
//! A key is the authors' names and the year, as in `@Fischer1992`; a letter may follow the year.
//! Code between back quotes is not a citation.

use super::{Source, Violation};
use std::collections::BTreeMap;
use std::path::Path;

const BIBLIOGRAPHY: &str = "docs/references.bib";

/// Citations without an entry, and keys that two entries share.
pub fn check(references: &str, sources: &[Source]) -> Vec<Violation> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (k, line) in references.lines().enumerate() {
        let Some(key) = entry_key(line) else {
            continue;
        };
        if let Some(first) = lines.insert(key, k + 1) {
            found.push(Violation {
                path: Path::new(BIBLIOGRAPHY).to_path_buf(),
                line: k + 1,
                message: format!("`{key}` is already defined in line {first}"),
            });
        }
    }
    for source in sources {
        for (number, text) in prose(source) {
            for key in citations(text) {
                if !lines.contains_key(key) {
                    let message = format!("`@{key}` is not in {BIBLIOGRAPHY}");
                    found.push(source.violation(number, message));
                }
            }
        }
    }
    found
}

/// The key of `@article{Key,`.
fn entry_key(line: &str) -> Option<&str> {
    let (_, rest) = line.trim_start().strip_prefix('@')?.split_once('{')?;
    Some(rest.trim_end().trim_end_matches(','))
}

/// Lines in which citations count: comments of Rust files, pages.
fn prose(source: &Source) -> Vec<(usize, &str)> {
    if source.is("md") {
        source.lines().collect()
    } else if source.is("rs") {
        source
            .lines()
            .filter_map(|(k, line)| Some((k, &line[line.find("//")?..])))
            .collect()
    } else {
        Vec::new()
    }
}

/// The keys cited in a line.
fn citations(line: &str) -> impl Iterator<Item = &str> {
    // Parts with an odd number stand between back quotes.
    let outside = line.split('`').step_by(2);
    outside
        .flat_map(|part| part.split('@').skip(1))
        .filter_map(key)
}

/// The key at the beginning of `text`: a capital, letters, four digits, perhaps one letter.
fn key(text: &str) -> Option<&str> {
    let length = text
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    let word = &text[..length];
    let stem = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_key = word.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphabetic())
        && stem.len() - name.len() == 4
        && word.len() - stem.len() <= 1;
    is_key.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    const BIB: &str = "@article{Fischer1992,\n  title = {A},\n}\n@book{Dempe2002,\n}\n";

    #[test]
    fn a_citation_without_an_entry_is_found() {
        let text = "//! (@Fischer1992, (2.1)), @Unknown2001.\nlet x @ 1 = 2; // @Dempe2002\n";
        let found = check(BIB, &[source("a.rs", text)]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "a.rs:1: `@Unknown2001` is not in docs/references.bib"
        );
    }

    #[test]
    fn only_keys_are_citations() {
        let cited: Vec<&str> = citations("a@b.org @Key `@Code1999` @A2000b, @De2001.").collect();
        assert_eq!(cited, ["A2000b", "De2001"]);
    }

    #[test]
    fn two_entries_with_one_key_are_found() {
        let twice = format!("{BIB}@misc{{Dempe2002,\n}}\n");
        let found = check(&twice, &[]);
        assert_eq!(
            found[0].to_string(),
            "docs/references.bib:6: `Dempe2002` is already defined in line 4"
        );
    }
}
