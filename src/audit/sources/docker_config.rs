//! Docker's `config.json` and all that has its shape: `auths`, wherever it lies.

use super::{File, Find, Source};
use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;

pub(super) const SOURCE: Source = Source {
    id: "docker-config",
    about: "a login in Docker's settings",
    reference: "https://github.com/docker/cli/blob/master/cli/config/configfile/file.go",
    places: |places| Places::below(&places.docker, "config.json"),
    words: &["auths"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    auths::find(here, found);
}
