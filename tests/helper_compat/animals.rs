//! The table: each kind of login that registries hand out, what is to be told of it, and how its
//! registry behaves. Where a vendor does not say what nobody gets, both answers are tried.

use super::fake::{Fake, Nobody, Realm, Scheme};
use super::secrets::{
    CAPITALS, HEX, LETTERS, acr_refresh, base64, ecr, google_key, in_hours, marked, password,
    random,
};

const NULL_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// One kind of login.
pub(crate) struct Animal {
    pub(crate) name: &'static str,
    /// The server, as Docker stores it.
    pub(crate) key: &'static str,
    /// An image there.
    pub(crate) image: &'static str,
    pub(crate) user: String,
    pub(crate) secret: String,
    /// What `list` and `show` say it is.
    pub(crate) token_type: &'static str,
    /// The maker's mark, which is all that is shown of it.
    pub(crate) mark: &'static str,
    /// Its end, in seconds since 1970, and who says so.
    pub(crate) expires: Option<(u64, &'static str)>,
    pub(crate) fake: Fake,
}

impl Animal {
    pub(crate) fn is_identity(&self) -> bool {
        self.user == "<token>"
    }

    /// The user name is the secret.
    pub(crate) fn is_name_secret(&self) -> bool {
        self.user == self.secret
    }

    fn marked(self, mark: &'static str) -> Self {
        Self { mark, ..self }
    }

    fn ends(self, at: u64, source: &'static str) -> Self {
        Self { expires: Some((at, source)), ..self }
    }
}

fn animal(
    name: &'static str,
    (key, image): (&'static str, &'static str),
    (user, secret): (&str, String),
    token_type: &'static str,
    fake: Fake,
) -> Animal {
    let user = user.to_owned();
    Animal { name, key, image, user, secret, token_type, mark: "", expires: None, fake }
}

pub(crate) const HUB: &str = "https://index.docker.io/v1/";

/// All of them.
pub(crate) fn all() -> Vec<Animal> {
    [hub_and_github(), gitlab(), google(), amazon_and_azure(), robots_and_others()]
        .into_iter()
        .flatten()
        .collect()
}

/// A Hub personal access token: what people paste, and what the web login makes
/// (docker/cli `cli/internal/oauth/api/api.go`).
pub(crate) fn hub_pat() -> String {
    marked(&["dckr", "_pat_"], LETTERS, 27)
}

fn hub_and_github() -> Vec<Animal> {
    // distribution `docs/content/spec/auth/token.md`; anybody gets a token, a wrong login does not.
    let hub = || Fake {
        scheme: Scheme::Bearer { path: "/token", service: "registry.docker.io" },
        realm: Realm::Elsewhere,
        nobody: Nobody::LetIn,
        refuses: &[401],
    };
    let hub_at = (HUB, "acme/app:1");
    let ghcr = Fake {
        scheme: Scheme::Bearer { path: "/token", service: "ghcr.io" },
        realm: Realm::Here,
        nobody: Nobody::LetIn,
        // DENIED, with 403: confidential-containers/cloud-api-adaptor#2829.
        refuses: &[403],
    };
    let pat = marked(&["gh", "p_"], LETTERS, 36);
    vec![
        animal("hub, password", hub_at, ("ada", password()), "password", hub()),
        animal("hub, access token", hub_at, ("ada", hub_pat()), "docker-pat", hub())
            .marked("dckr_pat_"),
        animal("ghcr", ("ghcr.io", "ghcr.io/acme/app:1"), ("ada", pat), "github-pat", ghcr)
            .marked("ghp_"),
    ]
}

fn gitlab() -> Vec<Animal> {
    // gitlabhq `app/controllers/jwt_controller.rb`: 403 in older versions; 401 ("HTTP Basic: Access
    // denied") in newer ones. Without a scope and a login there is no token.
    let fake = || Fake {
        scheme: Scheme::Bearer { path: "/jwt/auth", service: "container_registry" },
        realm: Realm::Elsewhere,
        nobody: Nobody::Refused,
        refuses: &[401, 403],
    };
    let at = ("registry.gitlab.com", "registry.gitlab.com/acme/app:1");
    let personal = marked(&["gl", "pat-"], LETTERS, 20);
    let deploy = marked(&["gl", "dt-"], LETTERS, 20);
    let deployer = "gitlab+deploy-token-123";
    vec![
        animal("gitlab, personal token", at, ("ada", personal), "gitlab-pat", fake())
            .marked("glpat-"),
        animal("gitlab, deploy token", at, (deployer, deploy), "gitlab-deploy-token", fake())
            .marked("gldt-"),
    ]
}

fn google() -> Vec<Animal> {
    // apple/container#1026: the challenge of /v2/ names no service.
    let fake = || Fake {
        scheme: Scheme::Bearer { path: "/v2/token", service: "" },
        realm: Realm::Here,
        nobody: Nobody::Unsaid,
        refuses: &[401],
    };
    let at = ("europe-docker.pkg.dev", "europe-docker.pkg.dev/acme/images/app:1");
    let (key, encoded) = (google_key(), base64(&google_key()));
    let access = marked(&["ya", "29."], LETTERS, 120);
    let of_key = "gcp-service-account-key";
    vec![
        animal("google, key file", at, ("_json_key", key), of_key, fake()),
        animal("google, key in base64", at, ("_json_key_base64", encoded), of_key, fake()),
        animal("google, token", at, ("oauth2accesstoken", access), "gcp-access-token", fake())
            .marked("ya29."),
    ]
}

fn amazon_and_azure() -> Vec<Animal> {
    // mayflower/docker-ls#28 shows the challenge.
    let amazon = || Fake {
        scheme: Scheme::Basic(r#"Basic realm="https://HOST/",service="ecr.amazonaws.com""#),
        realm: Realm::Here,
        nobody: Nobody::Refused,
        refuses: &[401, 403],
    };
    // Azure/acr `docs/AAD-OAuth.md`: a GET with a password, a POST with a refresh token. Whether
    // anybody may pull is a setting.
    let azure = || Fake {
        scheme: Scheme::Bearer { path: "/oauth2/token", service: "HOST" },
        realm: Realm::Here,
        nobody: Nobody::Unsaid,
        refuses: &[401],
    };
    let ecr_at = (
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    );
    let at = ("contoso.azurecr.io", "contoso.azurecr.io/app:1");
    let slot = [random(LETTERS, 42), "+AC".into(), "R".into(), random(LETTERS, 6)].concat();
    let (half_a_day, ended, soon) = (in_hours(12), 1_600_000_000, in_hours(3));
    let refresh = || acr_refresh(soon);
    let of_refresh = "azure-acr-refresh-token";
    vec![
        animal("ecr", ecr_at, ("AWS", ecr(half_a_day)), "aws-ecr", amazon())
            .ends(half_a_day, "ecr-observed"),
        animal("ecr, ended", ecr_at, ("AWS", ecr(ended)), "aws-ecr", amazon())
            .ends(ended, "ecr-observed"),
        animal("acr, token slot", at, ("ci-pull", slot), "azure-acr-password", azure()),
        animal("acr, refresh token", at, (NULL_GUID, refresh()), of_refresh, azure())
            .ends(soon, "jwt"),
        animal("acr, identity token", at, ("<token>", refresh()), "identity-token", azure())
            .ends(soon, "jwt"),
    ]
}

fn robots_and_others() -> Vec<Animal> {
    // quay `endpoints/v2/v2auth.py`: without a scope and a login, 401; so with a wrong login.
    let quay = Fake {
        scheme: Scheme::Bearer { path: "/v2/auth", service: "quay.io" },
        realm: Realm::Here,
        nobody: Nobody::Refused,
        refuses: &[401],
    };
    // goharbor/harbor `src/core/service/token/token.go`, and #17930 for the challenge.
    let harbor = Fake {
        scheme: Scheme::Bearer { path: "/service/token", service: "harbor-registry" },
        realm: Realm::Here,
        nobody: Nobody::Unsaid,
        refuses: &[401],
    };
    let ocean = Fake {
        scheme: Scheme::Bearer { path: "/v2/registry/auth", service: "registry.digitalocean.com" },
        realm: Realm::Elsewhere,
        nobody: Nobody::Unsaid,
        refuses: &[401],
    };
    // distribution `registry/auth/htpasswd/access.go`.
    let plain = Fake {
        scheme: Scheme::Basic(r#"Basic realm="Registry Realm""#),
        realm: Realm::Here,
        nobody: Nobody::Refused,
        refuses: &[401],
    };
    let quay_at = ("quay.io", "quay.io/acme/app:1");
    let harbor_at = ("harbor.example.com", "harbor.example.com/team/app:1");
    let ocean_at = ("registry.digitalocean.com", "registry.digitalocean.com/acme/app:1");
    let plain_at = ("registry.example.com:5000", "registry.example.com:5000/app:1");
    let ocean_token = marked(&["dop", "_v1_"], HEX, 64);
    let robot = random(CAPITALS, 64);
    let harbor_robot = random(LETTERS, 32);
    vec![
        animal("quay robot", quay_at, ("acme+ci", robot), "quay-robot", quay),
        animal("harbor robot", harbor_at, ("robot$team+ci", harbor_robot), "harbor-robot", harbor),
        animal(
            "digitalocean",
            ocean_at,
            (&ocean_token.clone(), ocean_token),
            "digitalocean-token",
            ocean,
        )
        .marked("dop_v1_"),
        animal("a private registry", plain_at, ("ada", password()), "password", plain),
    ]
}
