//! What opens something and what opens nothing, case by case.

use super::*;

/// Judges texts, those of a block with `¦` between them and more that need escapes, alone, in quotes
/// and with a user.
fn judge_all(block: &str, more: &[&str], is_none: bool) {
    let texts = block.split('¦').map(str::trim).chain(more.iter().copied());
    let wrong: Vec<String> = texts
        .flat_map(|text| [text.to_owned(), format!(" '{text}'\n")])
        .filter(|text| [None, Some("ada")].iter().any(|user| is_no_secret(text, *user) != is_none))
        .collect();
    assert!(wrong.is_empty(), "not judged as {is_none}: {wrong:#?}");
}

fn repeated(prefix: &str, part: &str, times: usize) -> String {
    format!("{prefix}{}", part.repeat(times))
}

fn assert_no_secret(text: &str, username: Option<&str>) {
    assert!(is_no_secret(text, username), "no secret, but taken for one: {text}");
}

fn assert_secret(text: &str, username: Option<&str>) {
    assert!(!is_no_secret(text, username), "a secret, but not taken for one: {text}");
}

#[test]
fn placeholders_are_no_secrets() {
    judge_all(
        r##"
    x ¦ - ¦ "" ¦ password ¦ Password ¦ PASSWORD ¦ passwd ¦ token ¦ secret ¦ apikey ¦
    username:password ¦ user:pass ¦ user:password ¦ changeme ¦ CHANGEME ¦ ChangeMe ¦
    change-me ¦ change_me ¦ change_this_password ¦ changeit ¦ changeme! ¦ your-password ¦
    your_password ¦ yourpassword ¦ YourPassword ¦ YOUR_PASSWORD ¦ YOUR_DOCKERHUB_TOKEN ¦
    your-dockerhub-pat-123 ¦ Your Docker Hub password ¦ your registry password ¦ <password> ¦
    <your-password> ¦ <your name>:<your pword> ¦ <> ¦ [token] ¦ [your token] ¦ {password} ¦
    {} ¦ {0} ¦ %s ¦ xxxx ¦ XXXX ¦ xxxxxxxxxxxxxxxx ¦ xxxxx ¦ **** ¦ ******** ¦ •••••••• ¦
    ... ¦ … ¦ ????? ¦ xxxx:xxxx ¦ #### ¦ xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx ¦
    00000000-0000-0000-0000-000000000000 ¦ 11111111-1111-1111-1111-111111111111 ¦ hunt**** ¦
    ****1234 ¦ abcdXXXXXXXXXX ¦ TODO ¦ todo ¦ TODO: rotate ¦ FIXME ¦ TBD ¦ example ¦ EXAMPLE ¦
    example-password ¦ password-example ¦ this-is-an-example ¦ sample ¦ placeholder ¦
    MY_PLACEHOLDER_1 ¦ REPLACE_ME ¦ replace-me ¦ replaceme ¦ REPLACE_WITH_TOKEN ¦
    replace with your token ¦ insert-token-here ¦ INSERT_TOKEN_HERE ¦ put_your_token_here ¦
    TOKEN_GOES_HERE ¦ token goes here ¦ enter your password ¦ paste-your-token-here ¦
    this is a secret ¦ this-is-my-token ¦
    my-awesome-password ¦ my_password ¦ my-password ¦ mypassword ¦ mysecretpassword ¦
    my-secret-token ¦ DOCKER_PASSWORD ¦ DOCKERHUB_TOKEN ¦ ACME_REGISTRY_PASSWORD ¦
    CI_JOB_TOKEN ¦ docker-password ¦ registry_password ¦ github-token ¦ access token ¦ dummy ¦
    dummy-password ¦ dummytoken ¦ c3R...zE2 ¦ REDACTED ¦ [REDACTED] ¦ <redacted> ¦
    ***REDACTED*** ¦ [MASKED] ¦ masked ¦ (sensitive value) ¦ <sensitive> ¦ hidden ¦
    not-a-real-password ¦ notasecret ¦ __PLACEHOLDER__ ¦ __DOCKER_TOKEN__ ¦
    @DOCKER_PASSWORD@ ¦ %%DOCKER_PASSWORD%% ¦ true ¦ false ¦ null ¦ None ¦ nil ¦ undefined ¦
    yes ¦ ~ ¦ --password-stdin ¦ -p ¦ bXlfdXNlcm5hbWU6bXlfcGFzc3dvcmQ= ¦
    dXNlcm5hbWU6cGFzc3dvcmQ= ¦ Og== ¦ amRvZTo= ¦ Basic dXNlcm5hbWU6cGFzc3dvcmQ= ¦
    Bearer <token> ¦ Bearer YOUR_TOKEN ¦ t0p-Secret ¦ MWYyZDFlMmU2N2Rm ¦
    AKIAIOSFODNN7EXAMPLE ¦ wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ¦
    (Base64 content from above) ¦ http://user:pass@proxy:3128 ¦ {} ¦
    {"type":"external_account"} ¦ {"private_key":""} ¦ {"private_key":"<private key>"}
    "##,
        &[
            "",
            " ",
            "{\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----\\n\"}",
        ],
        true,
    );
}

#[test]
fn masked_tokens_and_tokens_of_words_are_no_secrets() {
    for prefix in
        ["ghp_", "dckr_pat_", "dckr_oat_", "glpat-", "gldt-", "github_pat_", "nvapi-", "dop_v1_"]
    {
        for (part, times) in [("x", 36), ("X", 4), ("*", 10), (".", 3), ("…", 1), ("", 1)] {
            assert_no_secret(&repeated(prefix, part, times), None);
        }
        for rest in ["your_token_here", "YOUR_TOKEN", "<token>", "abcd****", "example", "token"] {
            assert_no_secret(&format!("{prefix}{rest}"), None);
        }
        for rest in ["aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6", &"a".repeat(36), "s3cretword"] {
            assert_secret(&format!("{prefix}{rest}"), None);
        }
    }
    assert_no_secret("eyJ...", None);
    assert_no_secret("eyJhbGciOi…", None);
}

#[test]
fn a_few_passwords_of_manuals_are_known_by_their_user() {
    for pair in
        "testuser:testpassword tiger:pass1234 foo:bar test:test user:pass id:pass".split(' ')
    {
        let (username, text) = pair.split_once(':').unwrap();
        assert_no_secret(text, Some(username));
        assert_secret(text, Some("ada"));
        assert_secret(text, None);
    }
}

#[test]
fn references_are_no_secrets() {
    judge_all(
        r##"
    $X ¦ $DOCKER_PASSWORD ¦ $password ¦ "$PASS" ¦ \$PASS ¦ $$PASS ¦ $USER:$PASS ¦ $1 ¦ $dockerPassword ¦ $APIToken ¦ $HOME/.token ¦ $Password1 ¦ $A-$B ¦
    ${X} ¦ ${DOCKER_PASSWORD} ¦ \${X} ¦ ${X:-} ¦ ${X:?missing} ¦ ${X:-$Y} ¦ ${X:-${Y}} ¦
    ${X:-changeme} ¦ ${X:+set} ¦ ${X:0:8} ¦ ${env:TOKEN} ¦ ${docker-password} ¦
    ${docker.password} ¦ ${nexus-deployer} ¦ ${input:token} ¦ glpat-${REST} ¦ ${A}${B} ¦
    Bearer ${TOKEN} ¦ Bearer $TOKEN ¦ token $TOKEN ¦ %DOCKER_PASSWORD% ¦ %env.TOKEN% ¦
    !DOCKER_PASSWORD! ¦ $(cat token) ¦ $(DockerPassword) ¦ "$(aws ecr get-login-password)" ¦
    `cat token` ¦ (cat token) ¦ <(cat token) ¦ {{ password }} ¦ {{password}} ¦
    {{ .Values.password | quote }} ¦ {{ vault_password }} ¦ Bearer {{ token }} ¦
    {% if x %}y{% endif %} ¦ <%= @password %> ¦ #{password} ¦ #{ENV['TOKEN']} ¦
    $[[ inputs.token ]] ¦ $[variables.token] ¦ ((docker-password)) ¦ ((docker.password)) ¦
    << parameters.token >> ¦ <<pipeline.parameters.token>> ¦ [[ token ]] ¦ %{hiera('token')} ¦
    ${{ secrets.GITHUB_TOKEN }} ¦ ${{secrets.TOKEN}} ¦
    @Microsoft.KeyVault(SecretUri=https://v.example/secrets/x) ¦ op://vault/item/password ¦
    vault:secret/data/registry#password ¦ ref+vault://secret/registry#/password ¦
    ref+awsssm://x ¦ ssm://registry/password ¦ ssm:/registry/password ¦ secretKeyRef ¦
    !vault ¦ !Ref RegistryPassword ¦ !Sub '${X}' ¦ !env_var TOKEN ¦ env:REGISTRY_CREDS ¦
    env.TOKEN ¦ secret:argocd/registry#creds ¦ pullsecret:argocd/registry ¦
    ext:/scripts/auth.sh ¦ file:/run/secrets/token ¦ file:///run/secrets/token ¦
    var.password ¦ var.registry["ghcr"].password ¦ local.password ¦ local.creds.password ¦
    data.aws_ecr_authorization_token.token.password ¦ module.registry.password ¦
    random_password.registry.result ¦ azurerm_container_registry.acr[0].admin_password ¦
    each.value.password ¦ secrets.TOKEN ¦ params.TOKEN ¦ process.env.TOKEN ¦
    os.environ['TOKEN'] ¦ os.environ.get('TOKEN') ¦ os.getenv("TOKEN") ¦
    System.getenv("TOKEN") ¦ ENV['TOKEN'] ¦ ENV.fetch('TOKEN') ¦ credentials('registry') ¦
    [parameters('password')] ¦ acr.listCredentials().passwords[0].value ¦
    file("key.json") ¦ project.findProperty("token") ¦ $env:TOKEN ¦ $env:TOKEN.Trim() ¦
    $credential.Password ¦ (Get-Secret registry).Password ¦ $CI_JOB_TOKEN ¦
    arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry-AbCdEf ¦
    {{resolve:secretsmanager:registry:SecretString:password}} ¦ keyring:ghcr.io ¦
    github.token ¦ lookup('env', 'TOKEN') ¦ .Values.registry.password ¦ JHtVU0VSfToke1BBU1N9 ¦
    ada:${PASS} ¦ $(wget --quiet --header= ¦ $(mask ¦ $<<parameters.docker_password>> ¦ credentials('registry'); ¦ "\#(password)" ¦ [$PASSWORD]
    "##,
        &[],
        true,
    );
}

#[test]
fn ciphertext_hashes_and_digests_are_no_secrets() {
    judge_all(
        r##"
    ENC[AES256_GCM,data:abc=,iv:def=,tag:ghi=,type:str] ¦ ENC[PKCS7,MIIBeQYJ] ¦ ENC(abc=) ¦
    {cipher}0a1b2c ¦ EJ[1:abc=:def=:ghi=] ¦ encrypted:BDb7t3QkTRp2 ¦ vault:v1:8SDd3WHDOjf7 ¦
    {COQLCE6DU6GtcS5P=/+A} ¦ {COQLCE6DU6GtcS5P=} ¦ reset it some day {COQLCE6DU6GtcS5P=/+A} ¦
    {AQAAABAAAAAQabcdefghijklmnop} ¦ YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+ ¦ U2FsdGVkX1+abcdef ¦
    sha256:0123456789abcdef0123456789abcdef ¦ sha512-abcdefghijklmnopqrstuvwxyz== ¦
    md5:0123456789abcdef0123456789abcdef ¦ $2y$05$abcdefghijklmnopqrstuv ¦
    $2a$10$abcdefghijklmnopqrstuv ¦ $apr1$abcdefgh$ijklmnop ¦ $6$salt$abcdefghijkl ¦
    $5$salt$abcdefghijkl ¦ $1$salt$abcdefghijkl ¦ $y$j9T$abcdefgh ¦
    $argon2id$v=19$m=65536,t=3,p=4$abc5en6G6MezRroT3XKqkdPOmY/BfQ= ¦
    {SSHA}5en6G6MezRroT3XKqkdPOmY ¦ ada:$2y$05$abcdefghijklmnopqrstuv ¦
    pbkdf2_sha256$260000$abc$def
    "##,
        &[
            "$ANSIBLE_VAULT;1.1;AES256\n6162",
            "!vault |\n$ANSIBLE_VAULT;1.1;AES256\n6162",
            "-----BEGIN PGP MESSAGE-----\nabc",
            "-----BEGIN AGE ENCRYPTED FILE-----\nabc",
            "age-encryption.org/v1\n-> X25519 abc",
            "\0GITCRYPT\0abc",
            "-----BEGIN CERTIFICATE-----\nMIIB",
        ],
        true,
    );
    let cases = [("wcFMA", 120), ("hQIMA", 120), ("AQICAH", 120), ("AgB", 620), ("AgA", 620)];
    for (start, len) in cases {
        assert_no_secret(&repeated(start, "aB3", len / 3), None);
        assert_secret(&repeated(start, "aB3", 10), None);
    }
}

#[test]
fn paths_addresses_and_ports_are_no_secrets() {
    judge_all(
        r##"
    /run/secrets/registry-password ¦ /etc/docker/key.json ¦ /home/ada/.token ¦
    /Users/ada/token ¦ ./token ¦ ../key.json ¦ ~/.docker/token ¦ D:/keys/token ¦ @/run/token ¦
    /opt/a/b ¦ /srv-x/tokens/ghcr ¦ key.json ¦ token.txt ¦ certs/client.pem ¦
    https://ghcr.io ¦ https://vault.example:8200/v1/secret ¦ docker://ghcr.io/org/app ¦
    oci://ghcr.io/org ¦ 80:80 ¦ 8080:80/tcp ¦ 127.0.0.1:80:80 ¦ 3000-3005:3000-3005/udp ¦
    443:8443
    "##,
        &["C:\\keys\\token"],
        true,
    );
}

#[test]
fn real_passwords_are_secrets_also_weak_ones() {
    judge_all(
        r##"
    hunter2 ¦ fake ¦ s3cr3t ¦ s3cret ¦ s3cret-word ¦ secret123 ¦ password1 ¦ Password123 ¦
    P@ssw0rd ¦ Passw0rd! ¦ changeme123 ¦ admin ¦ admin123 ¦ adminpass ¦ adminpassword ¦
    Harbor12345 ¦ letmein ¦ qwerty ¦ 12345 ¦ 123456 ¦ 0000 ¦ test ¦ test123 ¦ guest ¦ pw ¦
    a1 ¦ pass ¦ pass1234 ¦ testpassword ¦ swordfish ¦ tiger ¦ correct horse ¦
    correct-horse-battery-staple ¦ supersecret ¦ registry-secret ¦ proxysecret ¦ super-secret ¦ topsecret ¦ proxypass ¦
    pa$word ¦ pa$$word ¦ P@$sword ¦ $3cret ¦ $HuLgqWv ¦ $B_93qLw ¦ $gF]:woaS[LK ¦ #$letHu8 ¦ ./_|_Hdq0U6 ¦ (O)n$Y-sz&X) ¦ pass$ ¦ a$1b ¦ 50%off ¦ %abc ¦ 100% ¦ a%b%c ¦
    x{y ¦ a}b{c ¦ {abc ¦ <abc ¦ abc> ¦ a<b>c ¦ [abc ¦ (abc ¦ a(b ¦ #abc ¦ #1pass ¦ @bc123 ¦
    @home1 ¦ a`b ¦ !secret1 ¦ !abc ¦ /abc123 ¦ /9j4AAQSkZJRg== ¦ /AbC/dEf+123= ¦ a/b/c ¦
    abc/def ¦ C:abc ¦ a:b ¦ abc:def ¦ ada:hunter2 ¦ 80:ab ¦ -abc1 ¦ --x9 ¦ _abc ¦ __abc ¦
    x-y-z ¦ xx1 ¦ xyzxyz ¦ xxx1yyy ¦ boxxxx1 ¦ a..b ¦ hunter**2 ¦ jdoe ¦ fake-password1 ¦
    trustno1 ¦ registry2024 ¦ Summer2024! ¦ docker ¦ dockerhub ¦ registry ¦ key ¦ ünïcödé ¦
    пароль1 ¦ 密码密码 ¦ a b ¦ token1 ¦ todolist ¦ exampled1 ¦ replacement ¦ yourself ¦
    entering1 ¦ c0rrect.h0rse ¦ v1.abc.def ¦ my.domain ¦ service_a.b ¦ secret-word ¦
    word-secret9 ¦ 1b2c3d4e-0000-4000-8000-123456789abc ¦
    0123456789abcdef0123456789abcdef01234567 ¦ https://ada:hunter2@ghcr.io ¦
    http://u:s3cret-word@proxy:3128 ¦ Bearer s3cret-word ¦ Basic amRvZTpmYWtl ¦ amRvZTpmYWtl ¦
    QVdTOnMzY3JldC13b3Jk ¦ ${X:-hunter2} ¦ "${X:-hunter2}" ¦ ${X-hunter2} ¦ ${X:=hunter2} ¦
    ${docker.password:hunter2} ¦
    {"type":"service_account","private_key":"-----BEGIN PRIVATE KEY----- MIIEabc"} ¦
    v1.M2xhc3QtcmVmcmVzaC10b2tlbg..L4v0dmlNBpYUjGGab0C2JtgTgXr1Qz4d ¦ sha256 ¦ md5:abc ¦
    $2y$ ¦ AgBshort ¦ ENC ¦ vault ¦ env ¦ op ¦ var ¦ data. ¦ a.b.c
    "##,
        &[
            "tab\tbed",
            "{\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nMIIEabc\\n-----END PRIVATE KEY-----\\n\"}",
        ],
        false,
    );
}

#[test]
fn random_secrets_of_every_alphabet_are_secrets() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    let all = format!("{letters}{signs}");
    let url = format!("{letters}-_");
    let base64 = format!("{letters}+/");
    // A fixed sequence, so that a failure comes again.
    let mut seed = 1_u64;
    for (alphabet, len, missed) in [
        (letters, 8, 0),
        (letters, 32, 0),
        (letters, 64, 0),
        ("0123456789abcdef", 40, 0),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 64, 0),
        (url.as_str(), 27, 0),
        (base64.as_str(), 40, 0),
        (all.as_str(), 8, 4),
        (all.as_str(), 12, 4),
        (all.as_str(), 24, 6),
    ] {
        let signs: Vec<char> = alphabet.chars().collect();
        let wrong = (0..2_000).filter(|_| {
            let text: String = (0..len)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    signs[usize::try_from(seed >> 33).unwrap() % signs.len()]
                })
                .collect();
            is_no_secret(&text, Some("ada"))
        });
        let wrong = wrong.count();
        assert!(wrong <= missed, "{wrong} of 2000 of {alphabet} with {len}");
    }
}

#[test]
fn the_literal_is_the_default_of_a_variable_or_the_text() {
    for (text, expected) in [
        ("hunter2", "hunter2"),
        (" \"hunter2\"\n", "hunter2"),
        ("${X:-hunter2}", "hunter2"),
        ("${X:-\"hunter2\"}", "hunter2"),
        ("\"${X-hunter2}\"", "hunter2"),
        ("${X:=hun-ter:2}", "hun-ter:2"),
        ("${docker.password:hunter2}", "hunter2"),
        ("${X:-}", ""),
        ("${X}", "${X}"),
        ("${X:?gone}", "${X:?gone}"),
        ("${A:-b}${C}", "${A:-b}${C}"),
        ("${env:X}", "${env:X}"),
        ("pa$word", "pa$word"),
        ("", ""),
    ] {
        assert_eq!(literal(text), expected, "{text}");
    }
}

#[test]
fn hostile_texts_are_judged_to_their_end() {
    for part in ["${X:-", "{{", "\"", "(", "password", "a.", "$a", "é", "://", "Basic ", "x", "{"]
    {
        let text = part.repeat(1_000_000 / part.len());
        let _ = is_no_secret(&text, Some(&text));
        assert!(literal(&text).len() <= text.len(), "{part}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged(secret in "\\PC{0,40}", user in "[$A-Z_{}]{0,8}", part in "[\\[\\]:/@.$a-z0-9é]{0,16}") {
        let _ = is_no_secret(&secret, Some(&user));
        let _ = is_no_secret(&format!("${{{user}:-{part}}}"), None);
        proptest::prop_assert!(!crate::audit::registry::name(Some(&part)).is_empty());
    }
}
