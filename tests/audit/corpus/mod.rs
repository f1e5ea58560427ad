//! The corpus: files of all sources of the catalogue in realistic surroundings, and files that look
//! like them and hold no credential. Written from the formats' references, not from our parsers.

mod bare_tokens;
pub(crate) mod case;
mod clean_ciphertext;
mod clean_references;
mod clean_settings;
mod clean_texts;
mod clean_variants;
mod clients;
mod clusters;
mod commands;
mod containers;
mod docker;
mod encodings;
mod generate;
mod infrastructure;
mod kubernetes;
mod logins;
mod objects;
mod pipelines;
mod platforms;
mod printed;
mod programs;
mod properties;
mod public_forms;
mod rare_forms;
mod services;
mod signed;
mod typed_commands;
mod variables;

use case::{Case, Corpus};
use generate::Dice;

/// A name, of which the dice are made, and what makes the cases.
type Family = (&'static str, fn(&mut Corpus));

/// All files; the same ones each time.
pub(crate) fn cases() -> Vec<Case> {
    let families: &[Family] = &[
        ("docker", docker::cases),
        ("containers", containers::cases),
        ("clients", clients::cases),
        ("kubernetes", kubernetes::cases),
        ("clusters", clusters::cases),
        ("pipelines", pipelines::cases),
        ("properties", properties::cases),
        ("infrastructure", infrastructure::cases),
        ("commands", commands::cases),
        ("variables", variables::cases),
        ("encodings", encodings::cases),
        ("rare_forms", rare_forms::cases),
        ("bare_tokens", bare_tokens::cases),
        ("public_forms", public_forms::cases),
        ("programs", programs::cases),
        ("platforms", platforms::cases),
        ("printed", printed::cases),
        ("objects", objects::cases),
        ("services", services::cases),
        ("clean_settings", clean_settings::cases),
        ("clean_references", clean_references::cases),
        ("clean_ciphertext", clean_ciphertext::cases),
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
