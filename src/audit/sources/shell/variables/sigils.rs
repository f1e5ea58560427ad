//! Variables whose names begin with `$` also where they are set: those of PowerShell, PHP and Perl. In
//! a shell of Unix it is a reference.

use super::assignments::tail;

/// Words of PHP and Perl before a variable that is set.
const DECLARED: &[&str] = &["my", "our", "local", "static", "private", "protected", "public"];

/// Whether a variable with its sigil is set, at the begin of a statement: `$x = …`, of PowerShell,
/// PHP and Perl.
pub(super) fn is_set(text: &str, sigil: usize, end: usize) -> bool {
    let after = text[end..].trim_start_matches([' ', '\t']);
    let value = after.strip_prefix('=').map(|value| value.trim_start_matches([' ', '\t']));
    // A bare word there is a command, or a number.
    let is_text = |value: &str| {
        value.starts_with(['"', '\'']) || value.trim_start_matches('(').starts_with("Convert")
    };
    let is_assigned = value.is_some_and(is_text);
    let before = tail(&text[..sigil]).trim_end_matches([' ', '\t']);
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    is_assigned
        && (before.is_empty()
            || before.ends_with(['\n', ';', '{', ']', '>'])
            || DECLARED.contains(&word))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn variables_are_set_with_their_sigil() {
        for (path, text) in [
            ("a.ps1", "$DockerPassword = \"s3cret-word\"\n"),
            ("a.ps1", "[string]$DockerPassword='s3cret-word'\n"),
            ("a.ps1", "if ($x) { $DockerPassword = 's3cret-word' }\n"),
            (
                "a.ps1",
                "$DockerPassword = ConvertTo-SecureString 's3cret-word' -AsPlainText -Force\n",
            ),
            ("a.txt", "PS C:\\> $DockerPassword = 's3cret-word'\n"),
            ("a.php", "private $dockerPassword = 's3cret-word';\n"),
            ("a.pl", "my $docker_password = 's3cret-word';\n"),
        ] {
            assert_eq!(
                logins(path, text),
                [Login::of("variable", "", "", "s3cret-word", 1)],
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_asked_for_is_not_set() {
        clean(
            "a.sh",
            &[
                "[ $DOCKER_PASSWORD = s3cret-word ]\n",
                "test x$DOCKER_PASSWORD = xs3cret-word\n",
                "curl -d token=$DOCKER_TOKEN=s3cret-word\n",
            ],
        );
        clean(
            "a.ps1",
            &[
                "$DockerPassword = ConvertTo-SecureString '01000000d08c9ddf' -Key $key\n",
                "$DockerPassword = Get-Secret docker\n",
                "$DockerPassword = (Get-Content x.txt)\n",
                "$DockerPassword -eq 's3cret-word'\n$DockerPassword == 's3cret-word'\n",
            ],
        );
    }

    #[test]
    fn a_login_says_where_and_as_whom_a_variable_is_used() {
        let login = |rule, registry| [Login::of(rule, registry, "ada", "s3cret-word", 1)];
        let pipe = "| docker login ghcr.io -u ada --password-stdin\n";
        for (path, text) in [
            ("a.ps1", format!("$env:CR_PAT = 's3cret-word'\n$env:CR_PAT {pipe}")),
            ("a.cmd", format!("set CR_PAT=s3cret-word\necho %CR_PAT%{pipe}")),
        ] {
            assert_eq!(logins(path, &text), login("variable", "ghcr.io"), "{text}");
        }
        let text = format!("$word = 's3cret-word'\n$word {pipe}");
        assert_eq!(logins("a.ps1", &text), login("command", "ghcr.io"));
        clean("a.sh", &[&format!("word=s3cret-word\n$word {pipe}")]);
    }
}
