//! The words of HashiCorp's language
//! (<https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>), one at a time.

/// One word. Names and numbers are as they are written, texts are decoded.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or a keyword.
    Name(&'t str),
    /// A number.
    Number(&'t str),
    /// A quoted text or a heredoc; `${…}` in it stays as it is.
    Text(String),
    /// Any other character.
    Mark(char),
    /// A line end.
    Line,
    /// The end of the text.
    End,
}

/// Reads a text word by word, in one pass.
pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    /// The next word and its line; `None` where the text is broken.
    pub(super) fn next(&mut self) -> Option<(Token<'t>, usize)> {
        self.skip_blanks();
        let (rest, line) = (self.rest(), self.line);
        let token = match rest.chars().next() {
            None => Token::End,
            Some('\n') => {
                self.take();
                Token::Line
            }
            Some('"') => {
                self.take();
                Token::Text(self.quoted()?)
            }
            Some('<') if rest.starts_with("<<") => Token::Text(self.heredoc()?),
            Some(c) if c.is_alphabetic() || c == '_' => {
                Token::Name(self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-'))
            }
            Some(c) if c.is_ascii_digit() => {
                Token::Number(self.take_while(|c| c.is_ascii_alphanumeric() || c == '.'))
            }
            Some(c) => {
                self.take();
                Token::Mark(c)
            }
        };
        Some((token, line))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn take_while(&mut self, belongs: fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Goes over blanks and comments, but no line end that counts.
    fn skip_blanks(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\r' | '\u{feff}'));
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if rest.starts_with("/*") {
                let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
                self.line += rest[..end].matches('\n').count();
                self.at += end;
            } else {
                return;
            }
        }
    }

    /// The rest of a quoted text. Expressions in it may hold quoted texts in their turn.
    fn quoted(&mut self) -> Option<String> {
        let mut said = String::new();
        let mut open = vec!['"'];
        while let Some(inside) = open.last().copied() {
            let c = self.take()?;
            match (inside, c) {
                ('"', '\n') => return None,
                ('"', '\\') if open.len() == 1 => {
                    said.push(self.escaped()?);
                    continue;
                }
                ('"', '\\') => {
                    said.push(c);
                    said.push(self.take()?);
                    continue;
                }
                ('"', '"') | ('{', '}') => drop(open.pop()),
                ('"', '{') if begins_expression(&said) => open.push('{'),
                ('{', '"' | '{') => open.push(c),
                _ => {}
            }
            if !open.is_empty() {
                said.push(c);
            }
        }
        Some(said)
    }

    /// What a backslash and the next characters say.
    fn escaped(&mut self) -> Option<char> {
        let digits = match self.take()? {
            'n' => return Some('\n'),
            'r' => return Some('\r'),
            't' => return Some('\t'),
            'u' => 4,
            'U' => 8,
            other => return Some(other),
        };
        let code = self.rest().get(..digits)?;
        self.at += digits;
        char::from_u32(u32::from_str_radix(code, 16).ok()?)
    }

    /// `<<WORD` to the line that is `WORD`; `<<-WORD` without the indent that all lines have.
    fn heredoc(&mut self) -> Option<String> {
        let rest = &self.rest()[2..];
        let (is_indented, rest) = match rest.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (word, body) = rest.split_once('\n')?;
        let word = word.trim();
        if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)) {
            return None;
        }
        let mut end = 0;
        for line in body.split_inclusive('\n') {
            if line.trim() == word {
                let begin = self.text.len() - body.len();
                self.at = begin + end + line.trim_end_matches('\n').len();
                self.line += 1 + body[..end].matches('\n').count();
                let said = &body[..end];
                return Some(if is_indented { without_indent(said) } else { said.to_owned() });
            }
            end += line.len();
        }
        None
    }
}

/// Whether what comes before a brace makes it the begin of an expression: `$` or `%`, not doubled.
fn begins_expression(said: &str) -> bool {
    ['$', '%'].iter().any(|&mark| said.ends_with(mark) && !said[..said.len() - 1].ends_with(mark))
}

fn without_indent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = || text.split_inclusive('\n');
    let least = lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    lines().map(|line| line.get(least..).unwrap_or("\n")).collect()
}
