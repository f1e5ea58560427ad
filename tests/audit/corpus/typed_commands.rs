//! Command lines as people type them, with a login and without.

use imgsec_cred::audit::finding::Kind;

use super::case::Expected;
use super::generate::Dice;
use super::logins::Login;

/// Other commands, as people type them; some of them have a `-p`, a `-u` or a login.
pub(crate) fn typed(dice: &mut Dice, count: usize) -> Vec<String> {
    const COMMANDS: &[&str] = &[
        "ls -la",
        "cd src/api",
        "git status",
        "git commit -am 'fix: login page'",
        "git push origin main",
        "docker ps -a",
        "docker run -p 80:80 nginx",
        "docker run -d -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=shop postgres:16",
        "docker compose up -d",
        "docker compose -p shop logs -f",
        "docker pull ghcr.io/acme/api:1.4.2",
        "docker build -t registry.acme-corp.net:5000/acme/api .",
        "docker push registry.acme-corp.net:5000/acme/api",
        "mysql -u root -pshop-test shop",
        "mysql -h db -u shop -p shop < dump.sql",
        "psql -U shop -p 5433 -h db.intra.lan",
        "kubectl get pods -n shop",
        "kubectl logs -f deploy/api",
        "ssh -p 2222 ada@bastion.acme-corp.net",
        "mkdir -p a/b/c",
        "docker login",
        "docker login ghcr.io",
        "docker login -u mira",
        "docker logout",
        "docker login -u mira --password-stdin < ~/.pw",
        "pass show docker | docker login -u mira --password-stdin",
        "cat ~/token.txt | docker login ghcr.io -u mira --password-stdin",
        "docker login -u mira -p $DOCKER_PASSWORD",
        "docker login -u mira -p \"$(pass show hub)\" quay.io",
        "docker login -u mira -p ${HUB_TOKEN} docker.io",
        "aws ecr get-login-password | docker login -u AWS --password-stdin 1.dkr.ecr.eu-west-1.amazonaws.com",
        "podman login --help",
        "helm repo add bitnami https://charts.bitnami.com/bitnami",
        "skopeo inspect docker://alpine",
        "npm login",
        "gcloud auth login",
        "az login -u mira@acme-corp.net",
        "vault login -method=oidc",
        "gh auth login",
        "ps aux | grep java",
        "curl -fsSL https://get.docker.com | sh",
        "sudo systemctl restart docker",
        "vim ~/.docker/config.json",
        "cat ~/.docker/config.json | jq .auths",
        "tar -xzf a.tgz",
        "python3 -m http.server -p 8000",
        "cargo test --workspace",
        "make -j8",
        "terraform plan -out=p",
        "scp -P 22 a.txt mira@host:/tmp",
        "history | grep docker",
        "exit",
    ];
    (0..count).map(|_| dice.pick(COMMANDS).to_owned()).collect()
}

/// A command with a login in it among many others.
pub(crate) fn among(dice: &mut Dice, commands: &[String], count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for command in commands {
        all.extend(typed(dice, count));
        all.push(command.clone());
    }
    all.extend(typed(dice, count));
    all
}

/// All ways to write a login into a command, and the registry that they name.
pub(crate) fn commands(login: &Login) -> Vec<(String, Option<&'static str>)> {
    let Login { host, user, secret, .. } = login;
    let image = format!("{host}/acme/api:1.4");
    let here = |command: String| (command, None);
    vec![
        here(format!("docker login -u {user} -p {secret} {host}")),
        here(format!("docker login --username={user} --password={secret} {host}")),
        here(format!("docker login --password {secret} --username {user} https://{host}")),
        here(format!("sudo docker login {host} -u {user} -p '{secret}'")),
        here(format!("docker --config /tmp/d login -u {user} -p{secret} {host}")),
        (format!("docker login -u {user} -p {secret}"), Some("docker.io")),
        here(format!("podman login --tls-verify=false -u {user} -p {secret} {host}")),
        here(format!("nerdctl login -u {user} -p {secret} {host}")),
        here(format!("buildah login -u {user} --password \"{secret}\" {host}")),
        here(format!("skopeo login -u {user} -p {secret} {host}")),
        here(format!("helm registry login {host} -u {user} -p {secret}")),
        here(format!("oras login -u {user} -p {secret} {host}")),
        here(format!("crane auth login {host} -u {user} -p {secret}")),
        here(format!("cosign login {host} -u {user} -p {secret}")),
        here(format!("echo {secret} | docker login -u {user} --password-stdin {host}")),
        here(format!(
            "echo -n '{secret}' | sudo podman login {host} --username {user} --password-stdin"
        )),
        here(format!("printf %s \"{secret}\" | nerdctl login -u {user} --password-stdin {host}")),
        here(format!("docker login -u {user} --password-stdin {host} <<< \"{secret}\"")),
        here(format!(
            "cd /srv && docker login -u {user} -p {secret} {host} && docker push {image}"
        )),
        here(format!("skopeo copy --src-creds={user}:{secret} docker://{image} dir:/tmp/x")),
        here(format!("skopeo copy --dest-creds {user}:{secret} dir:/tmp/x docker://{image}")),
        here(format!("skopeo inspect --creds {user}:{secret} docker://{image}")),
        here(format!("podman pull --creds={user}:{secret} {image}")),
        here(format!("buildah push --creds {user}:{secret} api docker://{image}")),
        here(format!(
            "kubectl create secret docker-registry regcred --docker-server={host} --docker-username={user} --docker-password={secret} -n shop"
        )),
        here(format!(
            "kubectl -n shop create secret docker-registry r --docker-server {host} --docker-username {user} --docker-password '{secret}'"
        )),
        here(format!(
            "flux push artifact oci://{image} --path=. --source=x --revision=y --creds {user}:{secret}"
        )),
        here(format!(
            "flux create secret oci reg --url={host} --username={user} --password={secret}"
        )),
    ]
}

pub(crate) fn found(login: &Login, registry: Option<&str>, kind: Kind) -> Expected {
    login.is(kind).registry(registry.unwrap_or(&login.name))
}
