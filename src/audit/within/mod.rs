//! What is in a text besides what it is as a whole: documents in the values of a document (`inner`),
//! anywhere in a text (`embedded`), in files without a structure or with a broken one (`loose`), the
//! parts in other languages that manuals and programs have (`snippets`), objects that a program
//! writes out (`literals`), and other ways to read a whole text (`readings`). They call each other:
//! a script may be in a manifest, and a manifest in a script.

pub mod embedded;
pub mod inner;
pub(super) mod literals;
pub mod loose;
pub(super) mod readings;
mod snippets;
