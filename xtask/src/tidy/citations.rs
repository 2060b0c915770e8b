//! Citations resolve: a key in a comment or a page names an entry of docs/references.bib.
//!
//! A key is a word of the authors' names and the year, as in (Fischer1992) or Theorem 2 of
//! Fischer1992; a letter may follow the year. Between back quotes nothing is a citation: there stand
//! names of problems. A citation by "et al." and a year has no key and cannot be looked up.

use super::{Source, Violation};
use std::collections::BTreeMap;
use std::path::Path;

const BIBLIOGRAPHY: &str = "docs/references.bib";

/// Here every problem states its whole source, so that its doc comment may be short.
const CATALOGUE: &str = "crates/bolib/src/catalogue";

/// Citations without an entry or without a key, and keys that two entries share.
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
                message: format!("{key} is already defined in line {first}"),
            });
        }
    }
    for source in sources {
        for (number, text) in prose(source) {
            let missing = keys(text).filter(|key| !lines.contains_key(key));
            let missing = missing.map(|key| format!("{key} is not in {BIBLIOGRAPHY}"));
            let nameless = (!source.path.starts_with(CATALOGUE) && is_without_key(text))
                .then(|| format!("a citation without a key of {BIBLIOGRAPHY}"));
            let messages = missing.chain(nameless);
            found.extend(messages.map(|message| source.violation(number, message)));
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

/// The keys in a line, outside of back quotes, addresses and paths.
fn keys(line: &str) -> impl Iterator<Item = &str> {
    // Parts with an odd number stand between back quotes.
    let outside = line.split('`').step_by(2);
    outside
        .flat_map(|part| part.split(|c: char| c.is_whitespace() || "()[],;".contains(c)))
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| is_key(word))
}

/// Names that begin with a capital, a year between 1800 and 2099, perhaps one letter.
fn is_key(word: &str) -> bool {
    let stem = word
        .strip_suffix(|c: char| c.is_ascii_lowercase())
        .unwrap_or(word);
    let names = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let year = &stem[names.len()..];
    names.len() > 1
        && names.starts_with(|c: char| c.is_ascii_uppercase())
        && names.chars().all(|c| c.is_ascii_alphabetic())
        && year.len() == 4
        && ["18", "19", "20"].contains(&&year[..2])
}

/// Whether a year follows the words "et al.".
fn is_without_key(line: &str) -> bool {
    let outside = line.split('`').step_by(2);
    outside
        .flat_map(|part| part.split("et al").skip(1))
        .any(|after| {
            let year = after.trim_start_matches(|c: char| " .,([".contains(c));
            year.len() >= 4 && year.bytes().take(4).all(|b| b.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::super::source;
    use super::*;

    const BIB: &str = "@article{Fischer1992,\n  title = {A},\n}\n@book{Dempe2002,\n}\n";

    fn messages(line: &str) -> Vec<String> {
        // The slashes are put together here, for this file is checked too.
        let found = check(
            BIB,
            &[source("a.rs", &format!("/{}", line.replace('#', "/")))],
        );
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_citation_without_an_entry_is_found() {
        assert_eq!(
            messages("# (Fischer1992, (2.1)), theorem 3 of Unknown2001b."),
            ["a.rs:1: Unknown2001b is not in docs/references.bib"]
        );
    }

    #[test]
    fn names_in_back_quotes_addresses_and_numbered_examples_are_no_citations() {
        let line = "# `Vogel2012`, https:#a.org/Paper2001, Bard1988Ex1, R2023b, MATLAB";
        assert_eq!(messages(line), Vec::<String>::new());
    }

    #[test]
    fn a_citation_without_a_key_is_found() {
        let text = format!("# as in Dutta et {} (2024)", "al.");
        assert_eq!(messages(&text).len(), 1);
        assert_eq!(messages("# nothing about 2024"), Vec::<String>::new());
        let catalogue = format!("{CATALOGUE}/a.rs");
        let problem = source(&catalogue, &format!("/{}", text.replace('#', "/")));
        assert_eq!(check(BIB, &[problem]), []);
    }

    #[test]
    fn two_entries_with_one_key_are_found() {
        let twice = format!("{BIB}@misc{{Dempe2002,\n}}\n");
        let found = check(&twice, &[]);
        assert_eq!(
            found[0].to_string(),
            "docs/references.bib:6: Dempe2002 is already defined in line 4"
        );
    }
}
