//! The same credentials in odd encodings, and documents in documents in documents.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, folded, indented, quoted};
use super::logins::Login;

const CONFIG: &str = "home/ada/.docker/config.json";

pub(crate) fn cases(corpus: &mut Corpus) {
    wide(corpus);
    swap_files(corpus);
    escapes(corpus);
    inner(corpus);
    config_maps(corpus);
    yaml_words(corpus);
    noise(corpus);
}

fn pretty(login: &Login) -> String {
    format!(
        "{{\n\t\"auths\": {{\n\t\t\"{}\": {{\n\t\t\t\"auth\": \"{}\"\n\t\t}}\n\t}}\n}}\n",
        login.host,
        login.auth()
    )
}

/// A text in two bytes each.
fn utf16(text: &str, write: fn(u16) -> [u8; 2], mark: &[u8]) -> Vec<u8> {
    mark.iter().copied().chain(text.encode_utf16().flat_map(write)).collect()
}

fn wide(corpus: &mut Corpus) {
    type Encode = fn(&str) -> Vec<u8>;
    let encodings: &[Encode] = &[
        |text| format!("\u{feff}{text}").into_bytes(),
        |text| format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes(),
        |text| text.replace('\n', "\r\n").into_bytes(),
        |text| utf16(&text.replace('\n', "\r\n"), u16::to_le_bytes, b"\xff\xfe"),
        |text| utf16(text, u16::to_be_bytes, b"\xfe\xff"),
        |text| utf16(&text.replace('\n', "\r\n"), u16::to_le_bytes, b""),
        |text| utf16(text, u16::to_be_bytes, b""),
    ];
    for encode in encodings {
        let (login, person) = (corpus.dice.any(), corpus.dice.person());
        let text = pretty(&login);
        corpus.found_in_bytes(CONFIG, &[1], (&text, encode(&text)), [login.is(Kind::Auth)]);
        let text = format!(
            "apiVersion: v1\nkind: Secret\nstringData:\n  .dockerconfigjson: '{}'\ntype: kubernetes.io/dockerconfigjson\n",
            login.config()
        );
        corpus.found_in_bytes(
            "srv/k8s/reg.yaml",
            &[32],
            (&text, encode(&text)),
            [login.is(Kind::Auth)],
        );
        let text = format!(
            "ls\ndocker login -u {} -p {} {}\nexit\n",
            person.user, person.secret, person.host
        );
        let path = "home/ada/.bash_history";
        corpus.found_in_bytes(path, &[72], (&text, encode(&text)), [person.is(Kind::History)]);
        let text = format!(
            "TZ=UTC\nCI_REGISTRY={}\nCI_REGISTRY_USER={}\nCI_REGISTRY_PASSWORD={}\n",
            person.host, person.user, person.secret
        );
        corpus.found_in_bytes(
            "srv/app/.env",
            &[47],
            (&text, encode(&text)),
            [person.is(Kind::Env)],
        );
    }
}

fn swap_files(corpus: &mut Corpus) {
    let head = |corpus: &mut Corpus| {
        let mut head = b"b0VIM 9.1\0\0\0\0\x10\0\0\x95\x1a\xf4\x66".to_vec();
        head.extend_from_slice(b"ada\0\0\0\0box\0\0\0~ada/.docker/config.json\0\0\0utf-8\0U3210#\"! \x12U\0tp\x01\0\xff\xfe\0ad\0\0");
        head.extend((0..200).map(|_| u8::from(corpus.dice.below(40) == 0)));
        head
    };
    for path in ["home/ada/.docker/.config.json.swp", "home/ada/.docker/.config.json.swo"] {
        let login = corpus.dice.any();
        let text = pretty(&login);
        let mut bytes = head(corpus);
        bytes.extend(text.replace('\n', "\0").into_bytes());
        let found = login.is(Kind::Auth).anywhere();
        corpus.found_in_bytes(path, &[3], (&text, bytes), [found]);
    }
    // Vim writes the lines of a block from its end, so that the last one comes first.
    let login = corpus.dice.any();
    let text = pretty(&login);
    let mut bytes = head(corpus);
    text.lines().rev().for_each(|line| bytes.extend([line.as_bytes(), b"\0"].concat()));
    let found = login.is(Kind::Auth).anywhere().registry(&format!("{} *", login.name));
    corpus.found_in_bytes("home/ada/.docker/.config.json.swp", &[3], (&text, bytes), [found]);
}

fn escapes(corpus: &mut Corpus) {
    let mut login = corpus.dice.person();
    login.secret = format!("{}:žluť-{}\u{1f511}", corpus.dice.password(), corpus.dice.below(99));
    corpus.found(CONFIG, &[1], &pretty(&login), [login.is(Kind::Auth)]);
    let text = format!(
        "{{\"auths\":{{\"{}\":{{\"username\":\"{}\",\"password\":{}}}}}}}",
        login.host,
        login.user,
        quoted(&login.secret)
    );
    corpus.found(CONFIG, &[1], &text, [login.is(Kind::UserPass)]);
    // What Java's and Go's writers do with `=` and `&`.
    let mut login = corpus.dice.person();
    login.secret = format!("{}&k=1", corpus.dice.password());
    let escaped = login.secret.replace('&', "\\u0026").replace('=', "\\u003d");
    let text = format!(
        "{{\n  \"auths\": {{\n    \"{}\": {{\n      \"username\": \"{}\",\n      \"password\": \"{escaped}\"\n    }}\n  }}\n}}\n",
        login.host, login.user
    );
    corpus.found(CONFIG, &[1], &text, [login.is(Kind::UserPass).written(&escaped)]);
    let escaped = login.auth().replace('=', "\\u003d");
    let text = format!(
        "{{\n  \"auths\": {{\n    \"{}\": {{\n      \"auth\": \"{escaped}\"\n    }}\n  }}\n}}\n",
        login.host.replace('/', "\\/")
    );
    corpus.found(CONFIG, &[1], &text, [login.is(Kind::Auth).written(&escaped)]);
    // Docker cuts NULs from the end of a password.
    let login = corpus.dice.person();
    let padded = base64(&format!("{}:{}\0\0", login.user, login.secret));
    let text = format!(
        "{{\n  \"auths\": {{\n    \"{}\": {{\"auth\": \"{padded}\"}}\n  }}\n}}\n",
        login.host
    );
    corpus.found(CONFIG, &[1], &text, [login.is(Kind::Auth).written(&padded)]);
    let text = format!(
        "// mine\n{{\n  /* logins */\n  \"auths\": {{\n    {}, // work\n  }},\n}}\n",
        login.entry()
    );
    corpus.found(CONFIG, &[1], &text, [login.is(Kind::Auth)]);
    let names = format!(
        "{{\n  \"Auths\": {{\n    \"{}\": {{\"Auth\": \"{}\"}}\n  }}\n}}\n",
        login.host,
        login.auth()
    );
    corpus.found(CONFIG, &[1], &names, [login.is(Kind::Auth)]);
}

fn inner(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let begin = "#cloud-config\nhostname: runner-1\nwrite_files:\n";
    // JSON in TOML in YAML.
    let runner = format!(
        "concurrent = 2\n[[runners]]\n  name = \"ci\"\n  executor = \"docker\"\n  environment = [{}]\n",
        quoted(&format!("DOCKER_AUTH_CONFIG={}", login.config()))
    );
    let text = format!(
        "{begin}  - path: /etc/gitlab-runner/config.toml\n    content: |\n{}",
        indented(&runner, "      ")
    );
    corpus.found("srv/cloud/runner.yaml", &[48, 70], &text, [login.is(Kind::Auth).anywhere()]);
    // Base64 of a manifest with base64 of JSON with base64.
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: regcred\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {}\n",
        base64(&login.config())
    );
    let data = base64(&manifest);
    let text = format!(
        "{begin}  - path: /var/lib/rancher/k3s/server/manifests/regcred.yaml\n    encoding: b64\n    content: {data}\n"
    );
    corpus.found("srv/cloud/k3s.yaml", &[31, 70], &text, [login.is(Kind::Auth).written(&data)]);
    // YAML in YAML.
    let person = corpus.dice.person();
    let registries = format!(
        "configs:\n  {}:\n    auth:\n      username: {}\n      password: {}\n",
        person.host, person.user, person.secret
    );
    let text = format!(
        "{begin}  - path: /etc/rancher/k3s/registries.yaml\n    content: |\n{}",
        indented(&registries, "      ")
    );
    corpus.found(
        "srv/cloud/registries.yaml",
        &[42, 70],
        &text,
        [person.is(Kind::UserPass).anywhere()],
    );
    let data = folded(&registries, 60, "      ");
    let text = format!(
        "{begin}  - path: /etc/rancher/k3s/registries.yaml\n    encoding: base64\n    content: |\n{data}"
    );
    let found = person.is(Kind::UserPass).anywhere().written(&data);
    corpus.found("srv/cloud/folded.yaml", &[42, 70], &text, [found]);
}

fn config_maps(corpus: &mut Corpus) {
    let (login, person) = (corpus.dice.any(), corpus.dice.person());
    let begin = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: files\ndata:\n  app.ini: |\n    [db]\n    password = shop-test\n";
    let text = format!(
        "{begin}  config.json: |\n{}",
        indented(&pretty(&login).replace('\t', "  "), "    ")
    );
    corpus.found("srv/k8s/kaniko-config.yaml", &[8], &text, [login.is(Kind::Auth).anywhere()]);
    let toml = format!(
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"{}\".auth]\nusername = \"{}\"\npassword = \"{}\"\n",
        person.host, person.user, person.secret
    );
    let text = format!("{begin}  containerd.toml: |\n{}", indented(&toml, "    "));
    corpus.found("srv/k8s/containerd.yaml", &[43], &text, [person.is(Kind::UserPass).anywhere()]);
    let text = format!(
        "{{\"kind\":\"ConfigMap\",\"data\":{{\n\"config.json\":{}}}}}\n",
        quoted(&pretty(&login))
    );
    let escaped = quoted(&login.auth());
    let found = login.is(Kind::Auth).written(escaped.trim_matches('"'));
    corpus.found("srv/k8s/config-map.json", &[8], &text, [found]);
    let data = base64(&pretty(&login));
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: docker\ntype: Opaque\ndata:\n  config.json: {data}\n  other: YWJj\n"
    );
    corpus.found("srv/k8s/opaque.yaml", &[8, 31], &text, [login.is(Kind::Auth).written(&data)]);
}

fn yaml_words(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "configs: {{\"{}\": {{auth: {{username: \"{}\", password: '{}'}}}}}} # flow\n",
        login.host, login.user, login.secret
    );
    corpus.found("etc/rancher/k3s/registries.yaml", &[42], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "x-login: &login\n  username: {}\n  password: {}\nconfigs:\n  \"{}\":\n    auth:\n      <<: *login\n",
        login.user, login.secret, login.host
    );
    corpus.clean("srv/notes/empty.yaml", &[42], "configs: {}\nmirrors: {}\n");
    corpus.found(
        "srv/dev/anchors/registries.yaml",
        &[42],
        &text,
        [login.is(Kind::UserPass).anywhere()],
    );
    let mut odd = corpus.dice.person();
    odd.secret = corpus.dice.odd_password();
    let text = format!(
        "configs:\n  {}:\n    auth:\n      username: {}\n      password: {}\n",
        quoted(&odd.host),
        odd.user,
        quoted(&odd.secret)
    );
    corpus.found("etc/rancher/rke2/registries.yaml", &[42], &text, [odd.is(Kind::UserPass)]);
    let mut digits = corpus.dice.person();
    digits.secret = corpus.dice.text("123456789", 14);
    let text = format!(
        "configs:\n  {}:\n    auth:\n      username: {}\n      password: {}\n",
        quoted(&digits.host),
        digits.user,
        digits.secret
    );
    corpus.found("etc/rancher/k3s/registries.yaml", &[42], &text, [digits.is(Kind::UserPass)]);
}

/// A credential far down in a large file, and one beside bytes that are no text.
fn noise(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let rows: Vec<String> = (0..4000)
        .map(|n| format!("\"k{n}\": {{\"digest\": \"sha256:{}\"}}", corpus.dice.hex(64)))
        .collect();
    let text = format!("{{\n{},\n\"auths\": {{{}}}\n}}\n", rows.join(",\n"), login.entry());
    corpus.found("home/ada/state.json", &[1], &text, [login.is(Kind::Auth)]);
    let one_line = text.replace('\n', "");
    corpus.found("home/ada/state-min.json", &[1], &one_line, [login.is(Kind::Auth)]);
    let person = corpus.dice.person();
    let line = format!("docker login -u {} -p {} {}", person.user, person.secret, person.host);
    let mut bytes = b"ls\necho \x83\xa9\xff\n".to_vec();
    bytes.extend(format!(": 1771000000:0;{line}\necho ").into_bytes());
    bytes.extend(b"\xc3\n");
    let text = format!("ls\necho\n: 1771000000:0;{line}\n");
    corpus.found_in_bytes(
        "home/ada/.zsh_history",
        &[72],
        (&text, bytes),
        [person.is(Kind::History)],
    );
}
