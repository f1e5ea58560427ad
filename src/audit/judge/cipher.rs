//! Ciphertext and hashes: what can lie open without opening anything.

/// How texts begin that need a key to be read.
const CIPHERTEXT: &[&str] = &[
    "ENC[",                 // SOPS, hiera-eyaml
    "ENC(",                 // Jasypt
    "$ANSIBLE_VAULT;",      // Ansible Vault
    "JEFOU0lCTEVfVkFVTFQ7", // the same in base64
    "!vault",
    "{cipher}",   // Spring Cloud Config
    "EJ[1:",      // ejson
    "encrypted:", // dotenvx
    "vault:v",    // Vault's transit engine
    "-----BEGIN PGP MESSAGE",
    "-----BEGIN AGE ENCRYPTED",
    "age-encryption.org/",
    "YWdlLWVuY3J5cHRpb24ub3Jn",      // the same in base64
    "LS0tLS1CRUdJTiBBR0UgRU5DUllQ",  // armored age in base64
    "LS0tLS1CRUdJTiBQR1AgTUVTU0FHR", // armored PGP in base64
    "-----BEGIN PKCS7",
    "-----BEGIN CMS",
    "-----BEGIN CERTIFICATE", // no ciphertext, but as public
    "-----BEGIN PUBLIC KEY",
    "GITCRYPT",                                 // git-crypt, its NULs dropped
    "AEdJVENSWVBU",                             // the same in base64
    "U2FsdGVkX1",                               // openssl enc
    "01000000d08c9ddf0115d1118c7a00c04fc297eb", // Windows' own, as PowerShell writes it
    "AQAAANCMnd8BFdERjHoAwE/Cl+s",              // the same in base64
];

/// How base64 of binary ciphertext begins, and how long it is at least.
const BINARY: &[(&str, usize)] = &[
    ("wcFMA", 100), // PGP, as Renovate's `encrypted`
    ("wcBMA", 100),
    ("wV4D", 100),
    ("hQIMA", 100),
    ("hQEMA", 100),
    ("hF4D", 100),
    ("AQICAH", 100), // Amazon's KMS
    ("AQECAH", 100),
    ("AgA", 600), // SealedSecrets: the length 512 of an RSA block, and more
    ("AgB", 600),
    ("AgC", 600),
    ("AgD", 600),
];

/// How hashes of passwords begin.
const HASHES: &[&str] = &[
    "$2a$",
    "$2b$",
    "$2y$",
    "$2x$",
    "$apr1$",
    "$1$",
    "$5$",
    "$6$",
    "$7$",
    "$y$",
    "$gy$",
    "$argon2",
    "$scrypt$",
    "$pbkdf2",
    "{SHA",
    "{SSHA",
    "{CRYPT}",
    "{MD5}",
    "{SMD5}",
    "{PBKDF2",
    "{ARGON2",
    "{bcrypt}",
    "{scrypt}",
    "{argon2",
    "{pbkdf2",
    "pbkdf2_sha",
    "pbkdf2:sha",
    "scrypt:",
    "bcrypt:",
];

/// How digests begin.
const DIGESTS: &[&str] = &["sha1", "sha256", "sha384", "sha512", "md5", "blake2b", "blake3"];

/// The shortest text between Maven's braces.
const MIN_BRACES: usize = 16;

/// Whether a text needs a key to be read.
pub(super) fn is_ciphertext(text: &str) -> bool {
    CIPHERTEXT.iter().any(|start| text.starts_with(start))
        || BINARY.iter().any(|(start, min)| {
            text.len() >= *min && text.starts_with(start) && text.bytes().all(is_base64)
        })
        || is_maven(text)
}

/// Whether a text is a hash of a password, alone or behind a user name as in `.htpasswd`, or a
/// digest.
pub(super) fn is_hash(text: &str) -> bool {
    let after_user = text.split_once(':').map_or("", |(_, rest)| rest);
    let is_one = |text: &str| {
        HASHES.iter().any(|start| text.strip_prefix(start).is_some_and(|rest| rest.len() >= 8))
    };
    is_one(text) || is_one(after_user) || is_digest(text)
}

/// `sha256:` and hexadecimal digits, `sha512-` and base64.
fn is_digest(text: &str) -> bool {
    DIGESTS.iter().any(|name| {
        text.strip_prefix(name)
            .and_then(|rest| rest.strip_prefix([':', '-', '=']))
            .is_some_and(|rest| rest.len() >= 16 && rest.bytes().all(is_base64))
    })
}

/// Maven's `{…}` (also with a remark around it) and Jenkins' (Apache's `settings-security.xml`).
fn is_maven(text: &str) -> bool {
    let inner = text.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    inner.is_some_and(|(inner, _)| {
        // Maven's own example is cut: it ends as base64 does, after any number of letters.
        let is_whole = inner.len().is_multiple_of(4) || inner.ends_with('=');
        inner.len() >= MIN_BRACES && is_whole && inner.bytes().all(is_base64)
    })
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}
