//! The corpus: files of all sources of the catalogue in realistic surroundings, and files that look
//! like them and hold no credential. Written from the formats' references, not from our parsers.

pub(crate) mod case;
mod clean_settings;
mod clean_texts;
mod clients;
mod commands;
mod containers;
mod docker;
mod encodings;
mod generate;
mod infrastructure;
mod kubernetes;
mod logins;
mod pipelines;
mod variables;

use case::{Case, Corpus};
use generate::Dice;

/// All files; the same ones each time.
pub(crate) fn cases() -> Vec<Case> {
    let families: &[(&str, fn(&mut Corpus))] = &[
        ("docker", docker::cases),
        ("containers", containers::cases),
        ("clients", clients::cases),
        ("kubernetes", kubernetes::cases),
        ("pipelines", pipelines::cases),
        ("infrastructure", infrastructure::cases),
        ("commands", commands::cases),
        ("variables", variables::cases),
        ("encodings", encodings::cases),
        ("clean_settings", clean_settings::cases),
        ("clean_texts", clean_texts::cases),
    ];
    let mut all = Vec::new();
    for (name, cases) in families {
        let mut corpus = Corpus { dice: Dice::of(name), cases: Vec::new() };
        cases(&mut corpus);
        all.append(&mut corpus.cases);
    }
    all
}
