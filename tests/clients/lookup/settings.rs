//! The settings of `settings.txt`.

use super::clients::Group;

/// The short names of files.
const FILES: &[(&str, &str)] = &[
    ("CONF", "home/.config/containers/registries.conf"),
    ("DOCKER", "home/.docker/config.json"),
    ("AUTH", "run/containers/auth.json"),
    ("OWN", "home/.config/containers/auth.json"),
    ("OLD", "home/.dockercfg"),
    ("HELM", "home/.config/helm/registry/config.json"),
    ("REGCTL", "home/.regctl/config.json"),
];

const GROUPS: &[(&str, Group)] = &[
    ("docker", Group::Docker),
    ("podman", Group::Podman),
    ("crane", Group::Crane),
    ("others", Group::Others),
    ("libraries", Group::Libraries),
];

/// What is written where, and for which images the clients are asked.
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// Below the machine's folder; `-> X` is a symbolic link to X.
    pub(super) files: Vec<(String, String)>,
    /// `./` is the machine's folder.
    pub(super) variables: Vec<(&'static str, &'static str)>,
    pub(super) images: Vec<&'static str>,
    /// Who is asked.
    pub(super) groups: Vec<Group>,
    /// Those that cannot be asked: the library alone knows fewer variables.
    pub(super) not: Vec<&'static str>,
}

/// All settings.
pub(super) fn all() -> Vec<Setting> {
    let text = include_str!("settings.txt");
    let settings: Vec<_> = text.split("\n\n").skip(1).map(Setting::read).collect();
    assert!(settings.len() > 100, "{} settings", settings.len());
    settings
}

impl Setting {
    /// One that says nothing.
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            files: Vec::new(),
            variables: Vec::new(),
            images: vec!["HOST/team/app:1"],
            groups: GROUPS.iter().map(|(_, group)| *group).collect(),
            not: Vec::new(),
        }
    }

    fn read(text: &'static str) -> Self {
        let mut lines = text.lines();
        let mut setting = Self::new(lines.next().unwrap());
        for line in lines {
            setting.add(line.strip_prefix("  ").unwrap_or_else(|| panic!("{line:?}")));
        }
        setting
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.files.iter().any(|(_, text)| text.contains(word))
    }

    /// For one who reads why a test failed.
    pub(super) fn shown(&self) -> String {
        if self.name.is_empty() {
            format!("{:#?} {:?}", self.files, self.variables)
        } else {
            String::new()
        }
    }

    fn add(&mut self, line: &'static str) {
        let group = |name: &str| GROUPS.iter().find(|(n, _)| *n == name).unwrap().1;
        if let Some((name, value)) = line.split_once(" = ") {
            match name.strip_prefix('$') {
                Some(variable) => self.variables.push((variable, value)),
                None => self.files.push((path(name), unescaped(value))),
            }
            return;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words = rest.split(' ');
        match word {
            "for" => self.groups = words.map(group).collect(),
            "not" => self.not.extend(words),
            "asked" => self.images = words.collect(),
            _ => {
                let name = line.strip_suffix(" =").unwrap_or_else(|| panic!("{line:?}"));
                self.files.push((path(name), String::new()));
            }
        }
    }
}

fn path(name: &str) -> String {
    let (first, rest) = name.split_at(name.find(['.', '/']).unwrap_or(name.len()));
    match FILES.iter().find(|(short, _)| *short == first) {
        Some((_, path)) => format!("{path}{rest}"),
        None => name.to_owned(),
    }
}

/// A line break is written `\n`, and a byte order mark `\ufeff`.
fn unescaped(text: &str) -> String {
    let text = text.replace(r"\\", "\0").replace(r"\n", "\n").replace(r"\ufeff", "\u{feff}");
    text.replace('\0', r"\")
}
