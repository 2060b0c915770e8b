//! Which code made a record.

use std::path::Path;
use std::process::Command;

/// The commit of the repository, with a fingerprint of what is changed since; without git, a
/// fingerprint of this program.
pub fn revision(root: &Path) -> crate::Result<String> {
    let git = |arguments: &[&str]| {
        let run = Command::new("git")
            .arg("-C")
            .arg(root)
            .args(arguments)
            .output()
            .ok()?;
        run.status.success().then_some(run.stdout)
    };
    let commit = git(&["rev-parse", "HEAD"]);
    let changes = git(&["diff", "HEAD", "--no-ext-diff"]);
    let (Some(commit), Some(changes)) = (commit, changes) else {
        let program = std::fs::read(std::env::current_exe()?)?;
        return Ok(format!("program {:016x}", fingerprint(&program)));
    };
    let commit = String::from_utf8_lossy(&commit).trim().to_string();
    Ok(if changes.is_empty() {
        commit
    } else {
        format!("{commit} changed {:016x}", fingerprint(&changes))
    })
}

/// The hash FNV-1a, which does not change from one version of Rust to the next.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_those_of_the_definition() {
        assert_eq!(fingerprint(b""), 0xcbf29ce484222325);
        assert_eq!(fingerprint(b"a"), 0xaf63dc4c8601ec8c);
        assert_eq!(fingerprint(b"foobar"), 0x85944171f73967e8);
    }

    #[test]
    fn the_same_code_has_the_same_revision_also_without_git() {
        let here = crate::root();
        assert_eq!(revision(&here).unwrap(), revision(&here).unwrap());
        let elsewhere = revision(Path::new("/")).unwrap();
        assert!(elsewhere.starts_with("program "), "{elsewhere}");
    }
}
