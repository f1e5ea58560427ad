//! The store of Google's old helper, `docker-credential-gcr`: tokens, and logins of others.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "gcr-store",
    about: "a token in the store of Google's helper",
    reference: "https://github.com/GoogleCloudPlatform/docker-credential-gcr/blob/master/store/store.go",
    places: |places| {
        let mut all = Places::below(&places.config, "gcloud/docker_credentials.json");
        all.extend(places.named("DOCKER_CREDENTIAL_GCR_STORE"));
        all
    },
    words: &["gcrcreds", "othercreds"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let Some(tokens) = here.field("gcrCreds") {
        let registry = Some("gcr.io");
        if let Some(token) = login::secret(&tokens, "access_token", Kind::OauthAccess) {
            let expiry = tokens.text(&["token_expiry"]).map(str::to_owned);
            found.push(Found { expiry, ..token.of(registry, None) });
        }
        let refresh = login::secret(&tokens, "refresh_token", Kind::OauthRefresh);
        found.extend(refresh.map(|token| token.of(registry, None)));
    }
    let Some(others) = here.field("otherCreds") else { return };
    for (registry, entry) in others.fields() {
        login::take_named(&entry, Some(registry), (&["Username"], &["Secret"]), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::examine::examine;
    use crate::audit::sources::testing::{clean, lines_of};

    const PATH: &str = "/h/.config/gcloud/docker_credentials.json";

    #[test]
    fn both_tokens_are_found_and_the_first_expires() {
        let text = r#"{"gcrCreds":{"access_token":"t0ken","refresh_token":"l0nger","token_expiry":"2024-01-15T10:00:00Z"},
            "otherCreds":{"https://r.lan":{"ServerURL":"","Username":"ada","Secret":"s3cret-word"}}}"#;
        let expected = [
            "gcr.io  oauth-access t0ken",
            "gcr.io  oauth-refresh l0nger",
            "https://r.lan ada userpass s3cret-word",
        ];
        assert_eq!(lines_of("gcr-store", PATH, text), expected);
        let expiries: Vec<_> = examine(PATH, text).into_iter().map(|h| h.found.expiry).collect();
        assert_eq!(expiries, [Some("2024-01-15T10:00:00Z".to_owned()), None, None]);
    }

    #[test]
    fn stores_without_a_token_are_clean() {
        clean(
            PATH,
            &[
                "{}",
                r#"{"gcrCreds":null}"#,
                r#"{"gcrCreds":{"access_token":"","refresh_token":""}}"#,
                r#"{"gcrCreds":{"access_token":"#,
                r#"{"access_token":"t0ken"}"#,
            ],
        );
    }
}
