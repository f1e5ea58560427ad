//! Command lines that are remembered: rows 72 to 74 of the catalogue, and scripts.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::quoted;
use super::typed_commands::{among, commands, found};

pub(crate) fn cases(corpus: &mut Corpus) {
    every_option(corpus);
    bash_and_zsh(corpus);
    fish_and_powershell(corpus);
    registries_of_images(corpus);
    agents(corpus);
    logs(corpus);
    scripts(corpus);
}

fn every_option(corpus: &mut Corpus) {
    for number in 0..commands(&corpus.dice.person()).len() {
        let login = corpus.dice.person();
        let (command, registry) = commands(&login).swap_remove(number);
        let text = among(&mut corpus.dice, std::slice::from_ref(&command), 60).join("\n") + "\n";
        let row = if command.starts_with("flux") { &[38, 72][..] } else { &[72] };
        corpus.found(
            "home/ada/.bash_history",
            row,
            &text,
            [found(&login, registry, Kind::History)],
        );
    }
    for token in [
        "docker-pat",
        "github-pat",
        "aws-ecr",
        "gitlab-pat",
        "redhat-registry-token",
        "harbor-robot",
    ] {
        let login = corpus.dice.login(token);
        let address = if login.name == "docker.io" { "" } else { &login.host };
        let line = format!("docker login -u '{}' -p {} {address}", login.user, login.secret);
        let text = among(&mut corpus.dice, &[line], 40).join("\n");
        corpus.found("root/.bash_history", &[72], &text, [login.is(Kind::History)]);
    }
    let token = corpus.dice.login("jwt");
    let lines = [
        format!(
            "skopeo copy --src-registry-token {} docker://{}/acme/api:1 dir:/tmp/x",
            token.secret, token.host
        ),
        format!("oras pull --identity-token {} {}/acme/api:1", token.secret, token.host),
    ];
    for line in lines {
        let text = among(&mut corpus.dice, &[line], 20).join("\n");
        corpus.found("home/ada/.bash_history", &[72], &text, [token.is(Kind::History).user("-")]);
    }
}

fn bash_and_zsh(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let lines = [
        format!("docker login -u {} -p {} {}", one.user, one.secret, one.host),
        format!("docker login -u {} -p {}", two.user, two.secret),
    ];
    let all = among(&mut corpus.dice, &lines, 90);
    let both = || [one.is(Kind::History), two.is(Kind::History)];
    let timed = |begin: &str| -> String {
        let lines = all.iter().enumerate();
        lines
            .map(|(n, line)| {
                format!("{}\n", begin.replace("@", &(1_771_000_000 + n).to_string()) + line)
            })
            .collect()
    };
    corpus.found("home/ada/.zsh_history", &[72], &timed(": @:0;"), both());
    corpus.found("home/ada/.bash_history", &[72], &timed("#@\n"), both());
    corpus.found("home/ada/.local/state/bash_history", &[72], &(all.join("\n") + "\n"), both());
    corpus.found("home/ada/.ash_history", &[72], &(all.join("\n") + "\n"), both());
    let text = format!(
        ": 1771000001:0;cd /srv\n: 1771000002:5;docker login \\\\\n  -u {} \\\\\n  -p {} \\\\\n  {}\n",
        one.user, one.secret, one.host
    );
    corpus.found("home/ada/.zsh_history", &[72], &text, [one.is(Kind::History).anywhere()]);
    let word = corpus.dice.odd_password().replace('!', "_");
    let mut odd = corpus.dice.person();
    odd.secret = word;
    let line = format!("docker login -u {} -p '{}' {}", odd.user, odd.secret, odd.host);
    let text = among(&mut corpus.dice, &[line], 30).join("\n");
    corpus.found("home/ada/.bash_history", &[72], &text, [odd.is(Kind::History)]);
    // A variable that is set in the shell is remembered as well.
    let login = corpus.dice.login("github-pat");
    let text = among(&mut corpus.dice, &[format!("export CR_PAT={}", login.secret)], 30).join("\n");
    let found = login.is(Kind::History).or(Kind::Env).registry("ghcr.io *").user("-");
    corpus.found("home/ada/.bash_history", &[72], &text, [found]);
}

fn fish_and_powershell(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.person());
    let two = two.at("cr.second.dev", "cr.second.dev");
    let lines = [
        format!("docker login -u {} -p {} {}", one.user, one.secret, one.host),
        format!(
            "buildah push --creds {}:{} api docker://{}/acme/api",
            two.user, two.secret, two.host
        ),
    ];
    let all = among(&mut corpus.dice, &lines, 50);
    let both = || [one.is(Kind::History), two.is(Kind::History)];
    let entry = |line: &String| format!("- cmd: {line}\n  when: 1771000000\n  paths:\n    - src\n");
    let text: String = all.iter().map(entry).collect();
    corpus.found("home/ada/.local/share/fish/fish_history", &[72], &text, both());
    let windows =
        "Users/Ada/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt";
    let text = all.join("\n");
    corpus.found(windows, &[72], &text, both());
    let bytes = text.replace('\n', "\r\n").into_bytes();
    corpus.found_in_bytes(windows, &[72], (&text, bytes), both());
    let linux = "home/ada/.local/share/powershell/PSReadLine/ConsoleHost_history.txt";
    let text = format!(
        "Get-Process\n$env:Path\ndocker.exe login -u {} -p {} {}\nexit\n",
        one.user, one.secret, one.host
    );
    corpus.found(linux, &[72], &text, [one.is(Kind::History)]);
}

fn registries_of_images(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let lines = [
        format!(
            "skopeo copy --src-creds {}:{} docker://acmecorp/api:1 dir:/tmp/x",
            hub.user, hub.secret
        ),
        format!("echo {} | docker login --username {} --password-stdin", hub.secret, hub.user),
        format!("docker login docker.io -u {} -p {}", hub.user, hub.secret),
        format!("docker login https://index.docker.io/v1/ -u {} -p {}", hub.user, hub.secret),
        format!(
            "docker login registry-1.docker.io --username {} --password {}",
            hub.user, hub.secret
        ),
    ];
    for line in lines {
        let text = among(&mut corpus.dice, &[line], 10).join("\n");
        corpus.found("home/ada/.bash_history", &[72], &text, [hub.is(Kind::History)]);
    }
}

fn agents(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let command = format!(
        "docker login -u {} -p {} {} && docker push {}/acme/api",
        login.user, login.secret, login.host, login.host
    );
    let lines = [
        "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"push the image please\"},\"uuid\":\"7a\"}".to_owned(),
        "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"name\":\"Bash\",\"input\":{\"command\":\"docker run -p 80:80 nginx\"}}]}}".to_owned(),
        format!("{{\"type\":\"assistant\",\"message\":{{\"content\":[{{\"type\":\"tool_use\",\"name\":\"Bash\",\"input\":{{\"command\":{},\"description\":\"Push\"}}}}]}}}}", quoted(&command)),
        "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\",\"content\":\"Login Succeeded\"}]}}".to_owned(),
    ];
    let text = lines.join("\n") + "\n";
    let places = [
        "home/ada/.claude/projects/-srv-app/0b1d2c3e.jsonl",
        "home/ada/.codex/sessions/2026/11/20/rollout-1.jsonl",
    ];
    for path in places {
        corpus.found(path, &[73], &text, [login.is(Kind::History)]);
    }
    let text = format!(
        "{{\"type\":\"response_item\",\"payload\":{{\"type\":\"function_call\",\"name\":\"shell\",\"arguments\":{}}}}}\n",
        quoted(&format!("{{\"command\":[\"bash\",\"-lc\",{}]}}", quoted(&command)))
    );
    corpus.found(
        "home/ada/.codex/sessions/2026/11/21/rollout-2.jsonl",
        &[73],
        &text,
        [login.is(Kind::History)],
    );
}

fn logs(corpus: &mut Corpus) {
    for token in ["aws-ecr", "aws-ecr-expired", "password", "docker-pat"] {
        let login = corpus.dice.login(token);
        let host = if login.name == "docker.io" { "" } else { &login.host };
        let text = format!(
            "+ set -e\n+ docker version\nClient: Docker Engine - Community\n Version: 28.0.1\n+ aws sts get-caller-identity\n+ docker login --username {} --password {} {host}\n\
             WARNING! Using --password via the CLI is insecure. Use --password-stdin.\nLogin Succeeded\n+ docker build -t api .\n#1 [internal] load build definition\n#1 DONE 0.0s\n+ docker run -p 80:80 api\n",
            login.user, login.secret
        );
        corpus.found("var/log/ci/build-4711.log", &[74], &text, [login.is(Kind::Log)]);
        let stamped: String =
            text.lines().map(|line| format!("2026-11-20T08:14:03.1234567Z {line}\n")).collect();
        corpus.found("home/ada/Downloads/job-logs.log", &[74], &stamped, [login.is(Kind::Log)]);
    }
}

fn scripts(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    for number in [0, 5, 12, 14, 19, 24] {
        let (command, registry) = commands(&login).swap_remove(number);
        let text = format!(
            "#!/usr/bin/env bash\nset -euo pipefail\n\nTAG=${{1:-latest}}\nusage() {{\n  echo \"usage: $0 TAG\" >&2\n}}\n\n# push it\n{command}\ndocker build -t api:\"$TAG\" .\nmkdir -p out\nmysql -u root -pshop-test < seed.sql\n"
        );
        corpus.found("srv/app/push.sh", &[74], &text, [found(&login, registry, Kind::Script)]);
    }
    let text = format!(
        "push: build\n\t@docker login -u {} -p {} {}\n\tdocker push {}/acme/api:$(TAG)\n\nbuild:\n\tdocker build -t api .\n",
        login.user, login.secret, login.host, login.host
    );
    corpus.found("srv/app/Makefile", &[74], &text, [login.is(Kind::Script)]);
    let text = format!(
        "@echo off\r\ndocker login -u {} -p {} {}\r\ndocker push x\r\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/app/push.cmd", &[74], &text, [login.is(Kind::Script)]);
    let text = format!(
        "#!/bin/sh\n# docker login -u {} -p {} {}\necho done\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/app/old.sh", &[74], &text, [login.is(Kind::Script)]);
}
