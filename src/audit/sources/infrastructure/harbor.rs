//! Harbor's own settings: the first password of its user `admin`, in the installer's `harbor.yml` and
//! in the values of its chart; and the registries it copies from, as its interface says and takes them.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "harbor",
    about: "the administrator's password of a Harbor, or its login to another registry",
    reference: "https://goharbor.io/docs/2.13.0/install-config/configure-yml-file/",
    places: |_| Vec::new(),
    words: &["harbor_admin_password", "harboradminpassword", "access_secret"],
    find: Find::Map(find),
};

const PASSWORDS: &[&str] = &["harbor_admin_password", "harborAdminPassword"];

/// Hosts of Harbor's templates: the installer refuses the first, and nobody has the second.
const TEMPLATES: &[&str] = &["reg.mydomain.com", "core.harbor.domain"];

/// The password of the templates.
const DEFAULT: &str = "Harbor12345";

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    for at in PASSWORDS.iter().filter_map(|name| here.field(name)) {
        if let Some(password) = at.node.text().filter(|_| !is_template(here)) {
            let secret = Found::at(&at, Kind::UserPass, password);
            found.push(secret.of(registry(here).as_deref(), Some("admin")));
        }
    }
    endpoint(here, found);
}

/// A registry that Harbor copies from or to (goharbor/harbor `src/pkg/reg/model/registry.go`).
fn endpoint(here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(address) = here.text(&["url"]) else { return };
    if let Some(credential) = here.field("credential") {
        let names: (&[&str], &[&str]) = (&["access_key"], &["access_secret"]);
        login::take_named(&credential, Some(address), names, found);
    }
}

/// Whether a map is one of Harbor's templates as it comes. The password alone is none of a manual:
/// it opens every Harbor where nobody has changed it.
pub(in crate::audit::sources) fn is_template(here: &Here<'_>) -> bool {
    let is_default = here.text(PASSWORDS).is_some_and(|text| text == DEFAULT);
    is_default
        && written(here).is_some_and(|host| TEMPLATES.iter().any(|name| host.ends_with(name)))
}

/// The address as a person writes it.
fn written<'t>(here: &Here<'t>) -> Option<&'t str> {
    // The last ones are of roles that install it.
    here.text(&[
        "external_url",
        "externalURL",
        "hostname",
        "harbor_external_url",
        "harbor_url",
        "harbor_hostname",
        "harbor_host",
        "harbor_fqdn",
    ])
}

/// The address with the port that clients use: that of `https`, else that of `http`.
fn registry(here: &Here<'_>) -> Option<String> {
    let address = written(here)?;
    let port = |name: &str| here.get(name)?.get("port")?.text();
    let is_plain = !address.contains([':', '/']);
    match port("https").or_else(|| port("http")).filter(|_| is_plain) {
        Some("80" | "443") | None => Some(address.to_owned()),
        Some(port) => Some(format!("{address}:{port}")),
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn admin(registry: &str, secret: &str, line: usize) -> Vec<Login> {
        vec![Login::of("harbor", registry, "admin", secret, line)]
    }

    #[test]
    fn the_administrators_password_is_found() {
        let text = "hostname: reg.acme.lan\nhttps:\n  port: 443\nharbor_admin_password: s3cret-word\ndatabase:\n  password: 0ther-word\n";
        assert_eq!(logins("harbor.yml", text), admin("reg.acme.lan", "s3cret-word", 4));
        let text = text.replace("443", "8443");
        assert_eq!(logins("harbor.yml", &text), admin("reg.acme.lan:8443", "s3cret-word", 4));
        let text = "externalURL: https://reg.acme.lan\nharborAdminPassword: s3cret-word\n";
        assert_eq!(logins("values.yaml", text), admin("https://reg.acme.lan", "s3cret-word", 2));
        let text = "hostname: reg.acme.lan\nharbor_admin_password: Harbor12345\n";
        assert_eq!(logins("harbor.yml", text), admin("reg.acme.lan", "Harbor12345", 2));
        let text = "hostname: reg.mydomain.com\nharbor_admin_password: s3cret-word\n";
        assert_eq!(logins("harbor.yml", text), admin("reg.mydomain.com", "s3cret-word", 2));
    }

    #[test]
    fn logins_to_other_registries_are_found() {
        let text = "{\"name\":\"hub\",\"type\":\"docker-hub\",\"url\":\"https://r.lan\",\n\"credential\":{\"type\":\"basic\",\"access_key\":\"ada\",\"access_secret\":\"s3cret-word\"}}";
        let login = Login::of("harbor", "https://r.lan", "ada", "s3cret-word", 2);
        assert_eq!(logins("hub.json", text), [login]);
        clean("s3.json", &[&text.replace("\"url\"", "\"bucket\"")]);
    }

    #[test]
    fn templates_and_other_passwords_are_clean() {
        clean(
            "harbor.yml",
            &[
                "hostname: reg.mydomain.com\nharbor_admin_password: Harbor12345\n",
                "hostname: reg.acme.lan\ndatabase:\n  password: s3cret-word\n",
            ],
        );
        clean(
            "values.yaml",
            &["externalURL: https://core.harbor.domain\nharborAdminPassword: \"Harbor12345\"\n"],
        );
    }
}
