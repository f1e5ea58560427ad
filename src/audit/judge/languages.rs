//! Words for a secret in other languages than English, as manuals have them where the reader's own
//! is to stand.

/// Words for a password or a token, without case and separators.
const NOUNS: &[&str] = &[
    "passwort",
    "kennwort",
    "geheimnis",
    "motdepasse",
    "jeton",
    "contraseña",
    "contrasena",
    "senha",
    "wachtwoord",
    "lösenord",
    "losenord",
    "adgangskode",
    "passord",
    "salasana",
    "hasło",
    "haslo",
    "heslo",
    "jelszó",
    "jelszo",
    "parola",
    "şifre",
    "пароль",
    "токен",
    "密码",
    "密碼",
    "口令",
    "令牌",
    "パスワード",
    "トークン",
    "비밀번호",
    "토큰",
];

/// Words for "your" and "my" before them.
const WHOSE: &[&str] = &[
    "mein",
    "dein",
    "ihr",
    "euer",
    "votre",
    "ton",
    "mon",
    "tu",
    "su",
    "mi",
    "sua",
    "seu",
    "minha",
    "tua",
    "uw",
    "jouw",
    "ditt",
    "dit",
    "twoje",
    "vaše",
    "ваш",
    "твой",
    "мой",
    "你的",
    "您的",
    "我的",
    "あなたの",
];

/// Words for "here" after them.
const HERE: &[&str] = &["", "hier", "ici", "aquí", "aqui", "qui", "здесь"];

/// Whether a text is nothing but such a word, with whose it is before it, or where it goes behind it.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_separator = |c: char| "_-. ".contains(c);
    if !text.chars().all(|c| c.is_alphabetic() || is_separator(c) || c == 'ー') {
        return false;
    }
    let joined: String = text.to_lowercase().chars().filter(|c| !is_separator(*c)).collect();
    let after = |start: &str| joined.strip_prefix(start);
    let rests = WHOSE.iter().chain(&[""]).filter_map(|whose| after(whose));
    rests.into_iter().any(|rest| {
        let mut ends = NOUNS.iter().filter_map(|noun| rest.strip_prefix(noun));
        ends.any(|end| HERE.contains(&end))
    })
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn words_for_a_password_are_placeholders_in_any_language() {
        for text in [
            "VOTRE_MOT_DE_PASSE",
            "mot de passe",
            "tu-contraseña",
            "KENNWORT",
            "dein-passwort",
            "Ihr Kennwort hier",
            "密码",
            "你的密码",
            "パスワード",
            "ВАШ_ПАРОЛЬ",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "Eisenhammer",
            "AdminPasswort",
            "passwort1",
            "密码密码",
            "parolata",
            "tu-berlin",
            "",
            "-",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
