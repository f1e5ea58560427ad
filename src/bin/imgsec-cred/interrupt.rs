//! The wish to stop, by Ctrl-C or SIGTERM, for verbs that do one credential after the other: what is
//! begun is ended, the rest is left as it was, and the answer says so. The second wish ends at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody wished to stop since this was made.
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// From now on a first wish only sets a flag.
    ///
    /// # Errors
    /// Where the system does not let us.
    #[cfg(unix)]
    pub(crate) fn heed() -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        use signal_hook::flag;
        let came = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the flag is not yet set at the first one.
            flag::register_conditional_shutdown(signal, 130, came.clone())?;
            flag::register(signal, came.clone())?;
        }
        Ok(Self(came))
    }

    /// Windows ends the program at once.
    #[cfg(not(unix))]
    pub(crate) fn heed() -> io::Result<Self> {
        Ok(Self(Arc::new(AtomicBool::new(false))))
    }

    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// What it ends with.
    pub(crate) fn error() -> io::Error {
        io::Error::new(io::ErrorKind::Interrupted, "interrupted")
    }
}
