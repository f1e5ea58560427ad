//! Machines as code, build tools and servers: rows 56 to 60, 63, 66, 69, 70 and 71.

use imgsec_cred::audit::finding::Kind;

use super::case::{Corpus, Lasts};
use super::generate::{base64, folded, quoted, rfc3339};

pub(crate) fn cases(corpus: &mut Corpus) {
    ansible(corpus);
    terraform(corpus);
    state(corpus);
    hashicorp(corpus);
    maven_and_gradle(corpus);
    ecs(corpus);
    distribution(corpus);
    proxies(corpus);
    cloud_init(corpus);
    dockerfiles(corpus);
    chef_puppet_salt(corpus);
}

fn ansible(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.hub());
    let text = format!(
        "- name: Hosts\n  hosts: app\n  become: true\n  vars:\n    app_port: 8080\n  tasks:\n    - name: Install Docker\n      ansible.builtin.apt:\n        name: docker-ce\n        state: present\n    \
         - name: Log in\n      community.docker.docker_login:\n        registry_url: https://{}\n        username: {}\n        password: {}\n        reauthorize: true\n    \
         - name: Hub\n      docker_login:\n        username: {}\n        password: \"{}\"\n    - name: Template\n      ansible.builtin.template: {{src: a.j2, dest: /etc/a}}\n",
        one.host, one.user, one.secret, two.user, two.secret
    );
    let both = [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("srv/ansible/site.yml", &[56], &text, both);
    let text = format!(
        "- name: podman\n  containers.podman.podman_login:\n    registry: {}\n    username: {}\n    password: {}\n",
        one.host, one.user, one.secret
    );
    corpus.found("srv/ansible/roles/app/tasks/main.yml", &[56], &text, [one.is(Kind::UserPass)]);
}

fn terraform(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.login("github-pat"));
    let text = format!(
        "terraform {{\n  required_providers {{\n    docker = {{\n      source  = \"kreuzwerker/docker\"\n      version = \"~> 3.0\"\n    }}\n  }}\n}}\n\nprovider \"docker\" {{\n  \
         host = \"unix:///var/run/docker.sock\"\n\n  registry_auth {{\n    address  = \"{}\"\n    username = \"{}\"\n    password = \"{}\" # rotate\n  }}\n\n  registry_auth {{\n    address = \"ghcr.io\"\n    \
         username = \"{}\"\n    password = \"{}\"\n  }}\n\n  registry_auth {{\n    address = \"quay.io\"\n    config_file = pathexpand(\"~/.docker/config.json\")\n  }}\n}}\n\n\
         resource \"docker_image\" \"api\" {{\n  name = \"ghcr.io/acme/api:1\"\n}}\n",
        one.host, one.user, one.secret, two.user, two.secret
    );
    let both = [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("srv/tf/main.tf", &[57], &text, both);
    let config = one.config();
    let text = format!(
        "provider \"docker\" {{\n  registry_auth {{\n    address             = \"{}\"\n    config_file_content = {}\n  }}\n}}\n",
        one.host,
        quoted(&config)
    );
    corpus.found("srv/tf/provider.tf", &[57], &text, [one.is(Kind::Auth)]);
    let text = format!(
        "resource \"kubernetes_secret\" \"regcred\" {{\n  metadata {{\n    name = \"regcred\"\n  }}\n  type = \"kubernetes.io/dockerconfigjson\"\n  data = {{\n    \".dockerconfigjson\" = {}\n  }}\n}}\n",
        quoted(&config)
    );
    corpus.found("srv/tf/secret.tf", &[57], &text, [one.is(Kind::Auth)]);
    let text = format!(
        "region = \"eu-central-1\"\nregistry_server = \"{}\"\nregistry_username = \"{}\"\nregistry_password = \"{}\"\n",
        one.host, one.user, one.secret
    );
    let found =
        one.is(Kind::UserPass).or(Kind::Env).registry(&format!("{} *", one.name)).user("? -");
    corpus.found("srv/tf/prod.tfvars", &[57], &text, [found]);
}

fn state(corpus: &mut Corpus) {
    let ecr = corpus.dice.login("aws-ecr");
    let Lasts::Until(seconds) = ecr.lasts else { return };
    let text = format!(
        "{{\n  \"version\": 4,\n  \"terraform_version\": \"1.9.5\",\n  \"serial\": 41,\n  \"lineage\": \"{}\",\n  \"outputs\": {{}},\n  \"resources\": [\n    {{\n      \"mode\": \"data\",\n      \
         \"type\": \"aws_ecr_authorization_token\",\n      \"name\": \"token\",\n      \"provider\": \"provider[\\\"registry.terraform.io/hashicorp/aws\\\"]\",\n      \"instances\": [\n        {{\n          \
         \"schema_version\": 0,\n          \"attributes\": {{\n            \"authorization_token\": \"{}\",\n            \"expires_at\": \"{}\",\n            \"id\": \"eu-central-1\",\n            \
         \"password\": \"{}\",\n            \"proxy_endpoint\": \"https://{}\",\n            \"registry_id\": null,\n            \"user_name\": \"AWS\"\n          }},\n          \
         \"sensitive_attributes\": []\n        }}\n      ]\n    }}\n  ]\n}}\n",
        corpus.dice.uuid(),
        ecr.auth(),
        rfc3339(seconds),
        ecr.secret,
        ecr.host
    );
    let both = || [ecr.is(Kind::Auth), ecr.is(Kind::UserPass)];
    corpus.found("srv/tf/terraform.tfstate", &[57], &text, both());
    corpus.found("srv/tf/terraform.tfstate.backup", &[57], &text, both());
    let login = corpus.dice.any();
    let text = format!(
        "{{\n  \"version\": 4,\n  \"resources\": [\n    {{\n      \"mode\": \"managed\",\n      \"type\": \"kubernetes_secret\",\n      \"name\": \"regcred\",\n      \"instances\": [{{\"attributes\": {{\n        \
         \"data\": {{\n          \".dockerconfigjson\": {}\n        }},\n        \"type\": \"kubernetes.io/dockerconfigjson\"\n      }}}}]\n    }}\n  ]\n}}\n",
        quoted(&login.config())
    );
    corpus.found("srv/tf/env/prod.tfstate", &[57], &text, [login.is(Kind::Auth)]);
}

fn hashicorp(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "job \"api\" {{\n  datacenters = [\"prg1\"]\n  group \"web\" {{\n    count = 2\n    network {{\n      port \"http\" {{ to = 8080 }}\n    }}\n    task \"server\" {{\n      driver = \"docker\"\n      \
         config {{\n        image = \"{}/acme/api:1.4\"\n        ports = [\"http\"]\n        auth {{\n          username = \"{}\"\n          password = \"{}\"\n          server_address = \"{}\"\n        }}\n      }}\n      \
         env {{\n        DB_PASSWORD = \"shop-test\"\n      }}\n    }}\n  }}\n}}\n",
        login.host, login.user, login.secret, login.host
    );
    corpus.found("srv/nomad/api.nomad", &[58], &text, [login.is(Kind::UserPass)]);
    corpus.found("srv/nomad/api.nomad.hcl", &[58], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "source \"docker\" \"base\" {{\n  image  = \"ubuntu:24.04\"\n  commit = true\n}}\n\nbuild {{\n  sources = [\"source.docker.base\"]\n  post-processors {{\n    post-processor \"docker-tag\" {{\n      \
         repository = \"{}/acme/base\"\n    }}\n    post-processor \"docker-push\" {{\n      login          = true\n      login_server   = \"https://{}\"\n      login_username = \"{}\"\n      login_password = \"{}\"\n    }}\n  }}\n}}\n",
        login.host, login.host, login.user, login.secret
    );
    corpus.found("srv/packer/base.pkr.hcl", &[59], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "{{\n  \"builders\": [{{\"type\": \"docker\", \"image\": \"ubuntu\", \"commit\": true}}],\n  \"post-processors\": [[{{\n    \"type\": \"docker-push\",\n    \"login\": true,\n    \
         \"login_server\": \"{}\",\n    \"login_username\": \"{}\",\n    \"login_password\": \"{}\"\n  }}]]\n}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/packer/base.json", &[59], &text, [login.is(Kind::UserPass)]);
}

fn maven_and_gradle(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let other = corpus.dice.password();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">\n  <localRepository>/home/ada/.m2/repo</localRepository>\n  <servers>\n    <server>\n      \
         <id>acme-releases</id>\n      <username>deploy</username>\n      <password>{other}</password>\n    </server>\n    <!-- jib -->\n    <server>\n      <id>{}</id>\n      <username>{}</username>\n      \
         <password>{}</password>\n    </server>\n  </servers>\n  <mirrors/>\n</settings>\n",
        login.host, login.user, login.secret
    );
    corpus.found("home/ada/.m2/settings.xml", &[60], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n  <modelVersion>4.0.0</modelVersion>\n  <artifactId>api</artifactId>\n  <build>\n    <plugins>\n      <plugin>\n        \
         <groupId>com.google.cloud.tools</groupId>\n        <artifactId>jib-maven-plugin</artifactId>\n        <configuration>\n          <from><image>eclipse-temurin:21</image></from>\n          <to>\n            \
         <image>{}/acme/api</image>\n            <auth>\n              <username>{}</username>\n              <password>{}</password>\n            </auth>\n          </to>\n        </configuration>\n      </plugin>\n    \
         </plugins>\n  </build>\n</project>\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/app/pom.xml", &[60], &text, [login.is(Kind::UserPass)]);
    let gradle = |username: String, password: String| {
        format!(
            "plugins {{\n  id 'java'\n  id 'com.google.cloud.tools.jib' version '3.4.3'\n}}\n\njib {{\n  from {{ image = 'eclipse-temurin:21' }}\n  to {{\n    image = '{}/acme/api'\n    \
             auth {{\n      username = {username}\n      password = {password}\n    }}\n  }}\n  container {{ ports = ['8080'] }}\n}}\n",
            login.host
        )
    };
    let text = gradle(format!("'{}'", login.user), format!("'{}'", login.secret));
    corpus.found("srv/app/build.gradle", &[60], &text, [login.is(Kind::UserPass)]);
    let text = gradle(format!("\"{}\"", login.user), format!("\"{}\"", login.secret));
    corpus.found("srv/app/build.gradle.kts", &[60], &text, [login.is(Kind::UserPass)]);
}

fn ecs(corpus: &mut Corpus) {
    let login = corpus.dice.hub();
    let text = format!(
        "ECS_CLUSTER=prod\nECS_LOGLEVEL=info\nECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={{\"{}\":{{\"username\":\"{}\",\"password\":\"{}\",\"email\":\"ci@acme-corp.net\"}}}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("etc/ecs/ecs.config", &[63], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "ECS_CLUSTER=prod\nECS_ENGINE_AUTH_TYPE=dockercfg\nECS_ENGINE_AUTH_DATA={{\"{}\":{{\"auth\":\"{}\",\"email\":\"ci@acme-corp.net\"}}}}\n",
        login.host,
        login.auth()
    );
    corpus.found("etc/ecs/ecs.config", &[63], &text, [login.is(Kind::Auth)]);
}

fn distribution(corpus: &mut Corpus) {
    let login = corpus.dice.login("docker-pat");
    let text = format!(
        "version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: /var/lib/registry\n  s3:\n    bucket: cache\n    region: eu-central-1\nhttp:\n  addr: :5000\n  headers:\n    \
         X-Content-Type-Options: [nosniff]\nproxy:\n  remoteurl: https://registry-1.docker.io\n  username: {}\n  password: {}\n  ttl: 168h\n",
        login.user, login.secret
    );
    corpus.found("etc/docker/registry/config.yml", &[66], &text, [login.is(Kind::UserPass)]);
}

fn proxies(corpus: &mut Corpus) {
    let mut login = corpus.dice.person();
    login.user = "svc-proxy".into();
    let address = format!("http://{}:{}@px.intra.lan:3128", login.user, login.secret);
    let text = format!(
        "{{\n  \"log-driver\": \"journald\",\n  \"insecure-registries\": [\"10.0.0.5:5000\"],\n  \"proxies\": {{\n    \"http-proxy\": \"{address}\",\n    \"no-proxy\": \"localhost\"\n  }}\n}}\n"
    );
    let found = || login.is(Kind::ProxyUserinfo).registry("*");
    corpus.found("etc/docker/daemon.json", &[69], &text, [found()]);
    let text = format!(
        "[Service]\nEnvironment=\"HTTP_PROXY={address}\"\nEnvironment=\"NO_PROXY=localhost,127.0.0.1\"\n"
    );
    corpus.found("etc/systemd/system/docker.service.d/http-proxy.conf", &[69], &text, [found()]);
}

fn cloud_init(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let data = base64(&login.config());
    let begin = "#cloud-config\npackage_update: true\npackages: [docker.io]\nusers:\n  - name: ada\n    sudo: ALL=(ALL) NOPASSWD:ALL\nwrite_files:\n  - path: /etc/motd\n    content: hello\n";
    let end = "runcmd:\n  - [systemctl, enable, --now, docker]\n";
    let text = format!(
        "{begin}  - path: /root/.docker/config.json\n    encoding: b64\n    permissions: '0600'\n    content: {data}\n{end}"
    );
    corpus.found("srv/cloud/user-data", &[70], &text, [login.is(Kind::Auth).written(&data)]);
    let block = folded(&login.config(), 76, "      ");
    let text = format!(
        "{begin}  - path: /root/.docker/config.json\n    encoding: base64\n    content: |\n{block}{end}"
    );
    corpus.found(
        "srv/cloud/user-data.yaml",
        &[70],
        &text,
        [login.is(Kind::Auth).anywhere().written(&block)],
    );
    let text = format!(
        "{begin}  - path: /root/.docker/config.json\n    content: |\n      {}\n{end}",
        login.config()
    );
    corpus.found("srv/cloud/cloud-init.yaml", &[70], &text, [login.is(Kind::Auth).anywhere()]);
}

fn dockerfiles(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "# syntax=docker/dockerfile:1\nFROM quay.io/skopeo/stable:v1.16 AS copy\nRUN mkdir /out && \\\n    skopeo copy --src-creds {}:{} docker://{}/acme/base:1 dir:/out\n\nFROM alpine:3.20\nCOPY --from=copy /out /app\nEXPOSE 80\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/app/Dockerfile", &[70], &text, [login.is(Kind::Script).anywhere()]);
    let hub = corpus.dice.login("docker-pat");
    let text = format!(
        "FROM docker:28-cli\nARG DOCKERHUB_TOKEN={}\nENV TZ=UTC\nCOPY . /app\n",
        hub.secret
    );
    corpus.found("srv/app/Containerfile", &[70], &text, [hub.is(Kind::Env).user("-")]);
    let text = format!(
        "FROM docker:28-cli\nENV DOCKER_USERNAME={} \\\n    DOCKERHUB_TOKEN={}\n",
        hub.user, hub.secret
    );
    corpus.found(
        "srv/app/build.Dockerfile",
        &[70],
        &text,
        [hub.is(Kind::Env).user("? -").anywhere()],
    );
}

fn chef_puppet_salt(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let kinds = || login.is(Kind::UserPass).or(Kind::Script);
    let text = format!(
        "docker_service 'default' do\n  action [:create, :start]\nend\n\ndocker_registry 'https://{}/' do\n  username '{}'\n  password '{}'\n  email 'ci@acme-corp.net'\nend\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/chef/cookbooks/app/recipes/default.rb", &[71], &text, [kinds()]);
    let text = format!(
        "class profile::docker {{\n  include docker\n  docker::registry {{ '{}':\n    username => '{}',\n    password => '{}',\n  }}\n}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/puppet/manifests/docker.pp", &[71], &text, [kinds()]);
    let text = format!(
        "docker-registries:\n  https://{}/v1/:\n    email: ci@acme-corp.net\n    username: {}\n    password: {}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/salt/pillar/docker.sls", &[71], &text, [kinds()]);
}
