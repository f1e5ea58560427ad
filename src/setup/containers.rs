//! Podman, Buildah, Skopeo and all that is built on containers/image: they never read `credsStore`,
//! so a drop-in for `registries.conf` names our helper to them. Of several files that name helpers
//! the last one counts, and it counts whole (containers-registries.conf.d(5)).

use std::path::PathBuf;

use crate::files::View;
use crate::lookup::{Places, podman};
use crate::protocol::CONTAINERS_NAME;
use crate::setup::scene::is_ours;

/// What stands for their own files among the helpers.
const FILES: &str = "containers-auth.json";

/// The name of our drop-in: it is to be the last one.
const NAME: &str = "zzz-imgsec-cred.conf";

/// Whether our helper is asked first, or their files are read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Our helper first: new logins are kept by it. Its login for a host hides one for a namespace.
    HelperFirst,
    /// Their files first: a login for a namespace goes on to be found, and new logins go into them.
    FilesFirst,
}

/// Where the drop-in lies: Podman 6 looks below `XDG_CONFIG_HOME`, earlier ones only at home.
#[must_use]
pub fn paths(places: &Places) -> Vec<PathBuf> {
    let folders = [places.home.join(".config"), places.config_home.clone()];
    let mut paths: Vec<_> =
        folders.map(|f| f.join("containers/registries.conf.d").join(NAME)).into();
    paths.dedup();
    paths
}

/// The text of the drop-in; `None` where somebody has named our helper already.
#[must_use]
pub fn text(order: Order, places: &Places) -> Option<String> {
    // As it would be without ours.
    let mut without = View::default();
    paths(places).iter().for_each(|path| without.plan(path, None));
    let mut others = podman::helpers(places, &without);
    if others.iter().any(|name| is_ours(name)) {
        return None;
    }
    if others.is_empty() {
        others.push(FILES.to_owned());
    }
    let ours = CONTAINERS_NAME.to_owned();
    match order {
        Order::HelperFirst => others.insert(0, ours),
        Order::FilesFirst => others.push(ours),
    }
    let names: Vec<_> = others.iter().map(|name| toml(name)).collect();
    Some(format!(
        "# imgsec-cred setup wrote this; imgsec-cred setup --undo takes it away.\n\
         # Podman, Buildah and Skopeo get logins from these in their order, and keep new ones with the first.\n\
         credential-helpers = [{}]\n",
        names.join(", ")
    ))
}

/// A text in TOML (basic string).
fn toml(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04X}", c as u32),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
