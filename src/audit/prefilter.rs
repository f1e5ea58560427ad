//! One pass over a text that sorts out nearly all files of a disk: those without a word that a
//! credential comes with.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use super::sources;

/// Base64 of `{"auths"`, as manifests hold it, in the layouts that programs write.
pub(super) const ENCODED: &[&str] =
    &["eyJhdXRocyI6", "ewogICAgImF1dGhzIj", "ewoJImF1dGhzIj", "ewogICJhdXRocyI6"];

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = sources::ALL.iter().flat_map(|source| source.words).chain(ENCODED);
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(words).ok()
});

/// Whether a text is worth reading closely.
#[must_use]
pub fn may_hold_credentials(text: &str) -> bool {
    WORDS.as_ref().is_none_or(|words| words.is_match(text))
}
