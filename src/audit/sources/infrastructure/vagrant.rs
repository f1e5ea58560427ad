//! Vagrant's Docker provider, which logs in to a registry before it starts a machine.

use memchr::memmem;

use crate::audit::finding::Found;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, blocks};

pub(crate) const SOURCE: Source = Source {
    id: "vagrant",
    about: "a registry login of Vagrant's Docker provider",
    reference: "https://developer.hashicorp.com/vagrant/docs/providers/docker/configuration",
    places: |_| Vec::new(),
    words: &["vm.provider"],
    find: Find::Text(find),
};

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has("vm.provider") || !has(".password") {
        return;
    }
    for block in &blocks::read(text, true) {
        let [provider, kind, ..] = block.names.as_slice() else { continue };
        if !provider.ends_with("vm.provider") || kind != "docker" {
            continue;
        }
        // `d.password`, whatever the block calls its variable.
        let said = |name: &str| {
            let mut fields = block.fields.iter().rev();
            fields.find(|field| field.name.rsplit_once('.').is_some_and(|(_, own)| own == name))
        };
        let text = |name: &str| said(name).map(|field| field.value.as_str());
        if let Some(password) = said("password") {
            found.push(password.found(text("auth_server").or(Some(HUB)), text("username")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const FILE: &str = "Vagrant.configure('2') do |config|\n  config.vm.provider PROVIDER do |d, override|\n    d.image = 'r.lan/app'\n    d.username = 'ada'\n    d.password = \"s3cret-word\"\n    d.auth_server = 'https://r.lan'\n  end\nend\n";

    #[test]
    fn logins_of_the_provider_are_found() {
        for provider in ["\"docker\"", "'docker'", ":docker"] {
            let text = FILE.replace("PROVIDER", provider);
            let login = Login::of("vagrant", "https://r.lan", "ada", "s3cret-word", 5);
            assert_eq!(logins("Vagrantfile", &text), [login]);
            let text = text.replace("    d.auth_server = 'https://r.lan'\n", "");
            let login = Login::of("vagrant", "docker.io", "ada", "s3cret-word", 5);
            assert_eq!(logins("Vagrantfile", &text), [login]);
        }
    }

    #[test]
    fn references_and_other_providers_are_clean() {
        let text = FILE.replace("PROVIDER", "\"docker\"");
        clean("Vagrantfile", &[&text.replace("\"s3cret-word\"", "ENV['TOKEN']")]);
        clean("Vagrantfile", &[&FILE.replace("PROVIDER", "\"vsphere\""), &text[..110]]);
    }
}
