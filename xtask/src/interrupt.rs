//! Ctrl-C: the first one asks the tool to end orderly, the second one kills it.

use std::sync::OnceLock;
use stopping::CancelToken;

static TOKEN: OnceLock<CancelToken> = OnceLock::new();

/// The token of the tool, which nobody uses before [`listen`].
pub fn token() -> &'static CancelToken {
    TOKEN.get_or_init(CancelToken::new)
}

/// Lets Ctrl-C cancel the [`token`]. Called once, by the program.
pub fn listen() -> crate::Result<()> {
    ctrlc::set_handler(|| {
        if token().is_cancelled() {
            // 128 + SIGINT, as shells have it.
            std::process::exit(130);
        }
        eprintln!("interrupted: the run in progress ends, then the files are written");
        token().cancel();
    })?;
    Ok(())
}
