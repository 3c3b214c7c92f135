//! Splits a condition into words, numbers, texts and signs.

use std::ops::Range;

use super::error::RuleMistake;
use super::read;

/// One piece of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword, field name or pattern; `*` stands for any characters.
    Word(String),
    /// The mark after a field name: blank in years that lack it.
    Question,
    /// A whole number.
    Number(i64),
    /// A day as days since 1970, written `2021-07-01`.
    Day(i64),
    /// `'…'`; a quote inside is doubled.
    Text(String),
    /// `/…/`, or `/…/i` without regard to case.
    Regex { pattern: String, ignore_case: bool },
    /// `( ) , : . .. + - < <= > >= = <>`
    Sign(&'static str),
    /// After the last one.
    End,
}

/// A token with its place.
#[derive(Clone, Debug)]
pub(super) struct Lexeme {
    pub token: Token,
    pub span: Range<usize>,
}

// Longer signs first.
const SIGNS: [&str; 14] = ["<=", ">=", "<>", "..", ".", "<", ">", "=", "(", ")", ",", ":", "+", "-"];
const FOREIGN: [(&str, &str); 8] = [
    ("==", "write `=` for numbers and days, `is` for texts"),
    ("!=", "write `<>` for numbers and days, `is not` for texts"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("!", "write `not`"),
    ("\u{2018}", "write texts between straight quotes: 'Y'"),
    ("\u{2019}", "write texts between straight quotes: 'Y'"),
    ("\"", "write texts between single quotes: 'Y'"),
];

/// The tokens of a text, ending with [`Token::End`].
pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, RuleMistake> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let (token, length) = next(&text[at..]).map_err(|mistake| shifted(mistake, at))?;
        lexemes.push(Lexeme { span: at..at + length, token });
        if length == 0 {
            return Ok(lexemes);
        }
        at += length;
    }
}

fn shifted(mut mistake: RuleMistake, by: usize) -> RuleMistake {
    mistake.span = mistake.span.start + by..mistake.span.end + by;
    mistake
}

fn next(rest: &str) -> Result<(Token, usize), RuleMistake> {
    let Some(first) = rest.chars().next() else {
        return Ok((Token::End, 0));
    };
    match first {
        '\'' => text(rest),
        '/' => regex(rest),
        '?' => Ok((Token::Question, 1)),
        '0'..='9' => number(rest),
        'a'..='z' | 'A'..='Z' | '_' | '*' => Ok(word(rest)),
        _ => sign(rest, first),
    }
}

fn word(rest: &str) -> (Token, usize) {
    let part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '*';
    let length = rest.find(|letter| !part(letter)).unwrap_or(rest.len());
    (Token::Word(rest[..length].to_owned()), length)
}

fn number(rest: &str) -> Result<(Token, usize), RuleMistake> {
    if let Some(day) = rest.get(..10).and_then(read::day) {
        return Ok((Token::Day(day), 10));
    }
    let length = rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len());
    let number = read::number(&rest[..length]).ok_or_else(|| {
        RuleMistake::new(0..length, "a number has at most 18 digits", "too many digits")
            .help("write long codes as texts: '12345678901234567890'")
    })?;
    Ok((Token::Number(number), length))
}

fn text(rest: &str) -> Result<(Token, usize), RuleMistake> {
    let mut content = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            content.push(letter);
            continue;
        }
        if letters.next_if(|(_, next)| *next == '\'').is_none() {
            return Ok((Token::Text(content), at + 1));
        }
        content.push('\'');
    }
    Err(RuleMistake::new(0..rest.len(), "text does not end", "the closing quote is missing")
        .help("end the text with a single quote: 'Y'"))
}

fn regex(rest: &str) -> Result<(Token, usize), RuleMistake> {
    let mut pattern = String::new();
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '/' => {
                let ignore_case = rest[at + 1..].starts_with('i') && !continues_word(&rest[at + 2..]);
                return Ok((Token::Regex { pattern, ignore_case }, at + 1 + usize::from(ignore_case)));
            }
            '\\' => match letters.next() {
                Some((_, '/')) => pattern.push('/'),
                Some((_, escaped)) => pattern.extend(['\\', escaped]),
                None => break,
            },
            _ => pattern.push(letter),
        }
    }
    Err(RuleMistake::new(0..rest.len(), "regular expression does not end", "the closing slash is missing")
        .help("write it between slashes: /^[0-9]+$/; a slash inside is written \\/"))
}

fn continues_word(rest: &str) -> bool {
    rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_')
}

fn sign(rest: &str, first: char) -> Result<(Token, usize), RuleMistake> {
    if let Some((foreign, help)) = FOREIGN.iter().find(|(foreign, _)| rest.starts_with(foreign)) {
        return Err(
            RuleMistake::new(0..foreign.len(), format!("`{foreign}` is not part of the language"), "here").help(*help)
        );
    }
    let known = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    known.map(|sign| (Token::Sign(sign), sign.len())).ok_or_else(|| {
        let shown = first.escape_debug();
        RuleMistake::new(0..first.len_utf8(), format!("`{shown}` is not part of the language"), "here")
    })
}
