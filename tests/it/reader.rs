//! A test trainee who knows every answer and finds its letters in what the program shows, in plain mode or on a screen.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use needlewise::bank::Question;
use needlewise::bank::catalog::{BankOrigin, Catalog};
use needlewise::bank::question::QuestionKind;
use needlewise::text::single_line;

/// All questions of the built-in banks and of a folder.
pub struct Reader(Vec<Question>);

impl Reader {
    pub fn of(folder: Option<&Path>) -> Self {
        let mut catalog = Catalog::built_in();
        if let Some(folder) = folder {
            catalog.add_folder(folder, &BankOrigin::DataDirectory).expect("a folder");
        }
        Self(catalog.banks().flat_map(|bank| &bank.value.questions).map(|question| (**question).clone()).collect())
    }

    /// Finds the question that is shown by its stem and its choices. One stem may contain another, so the longest match
    /// counts. Questions of two cases can have the same stem.
    #[track_caller]
    pub fn find(&self, shown: &str) -> &Question {
        let shown = single_line(shown);
        let is_shown = |text: &str| shown.contains(&single_line(text));
        let fits = |question: &&Question| {
            is_shown(&question.stem) && question.choices().iter().all(|choice| is_shown(&choice.text))
        };
        self.0.iter().filter(fits).max_by_key(|q| q.stem.len()).unwrap_or_else(|| panic!("no known stem in {shown}"))
    }

    /// Returns the correct answer as typed in plain mode.
    #[track_caller]
    pub fn answer(&self, shown: &str) -> String {
        let question = self.find(shown);
        match &question.kind {
            QuestionKind::Choice { choices, .. } => {
                let keys = choices.iter().filter(|choice| choice.correct);
                keys.map(|choice| letter(shown, &choice.text)).collect::<Vec<_>>().join(" ")
            }
            QuestionKind::TrueFalse { answer, .. } => answer.to_string(),
            QuestionKind::Number { answer, .. } => answer.to_string(),
            QuestionKind::Text { accept } => format!("\"{}\"", accept[0]),
            QuestionKind::Order { items } => items.iter().map(|item| letter(shown, &item.text)).collect(),
            QuestionKind::Match { pairs, .. } => {
                let pair = |(at, pair): (usize, &needlewise::bank::question::MatchPair)| {
                    format!("{}={}", at + 1, letter(shown, &pair.right))
                };
                pairs.iter().enumerate().map(pair).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// Returns a wrong answer as typed in plain mode.
    #[track_caller]
    pub fn wrong(&self, shown: &str) -> String {
        let right = self.answer(shown);
        match &self.find(shown).kind {
            QuestionKind::Choice { choices, .. } => {
                let wrong = choices.iter().find(|choice| !choice.correct).expect("a wrong choice");
                letter(shown, &wrong.text)
            }
            QuestionKind::TrueFalse { answer, .. } => (!answer).to_string(),
            QuestionKind::Number { .. } => "7".to_owned(),
            QuestionKind::Text { .. } => "\"submit\"".to_owned(),
            QuestionKind::Order { .. } => right.chars().rev().collect(),
            QuestionKind::Match { .. } => {
                let same = right.chars().last().expect("a letter");
                right.split(' ').map(|pair| format!("{}{same}", &pair[..2])).collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// Returns the keys of the correct answer in full screen, without the key that confirms it.
    #[track_caller]
    pub fn keys(&self, shown: &str) -> String {
        let typed = self.answer(shown);
        match &self.find(shown).kind {
            QuestionKind::TrueFalse { answer, .. } => if *answer { "t" } else { "f" }.to_owned(),
            QuestionKind::Match { .. } => typed.split(' ').filter_map(|pair| pair.chars().last()).collect(),
            QuestionKind::Text { .. } => typed.trim_matches('"').to_owned(),
            _ => typed.replace(' ', ""),
        }
    }
}

/// Finds the letter before a text: `B. text` in plain mode, `B  text` on a screen.
#[track_caller]
fn letter(shown: &str, text: &str) -> String {
    let text = single_line(text);
    let line = shown.lines().map(single_line).find(|line| line.ends_with(&text) && has_letter(line, &text));
    let line = line.unwrap_or_else(|| panic!("{text:?} is not among\n{shown}"));
    let mark = line[..line.len() - text.len()].trim_end().trim_end_matches('.');
    mark.chars().last().expect("a letter").to_string()
}

fn has_letter(line: &str, text: &str) -> bool {
    let mark = line[..line.len() - text.len()].trim_end().trim_end_matches('.');
    mark.chars().last().is_some_and(|c| c.is_ascii_uppercase())
}

/// The real program in plain mode, driven through pipes.
pub struct Talk {
    pub child: Child,
}

impl Talk {
    /// Starts the program with its data in `home`.
    pub fn open(home: &Path, args: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_needlewise"))
            .args(args)
            .env("NEEDLEWISE_DATA_DIR", home.join("data"))
            .env("NEEDLEWISE_CONFIG_DIR", home.join("config"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        Self { child }
    }

    /// Reads up to the next prompt, or to the end.
    pub fn hear(&mut self) -> String {
        let output = self.child.stdout.as_mut().expect("an output");
        let mut heard = Vec::new();
        let mut byte = [0];
        let prompts = [&b"Answer: "[..], b"a question's number: ", b"(yes/no): "];
        while !prompts.iter().any(|prompt| heard.ends_with(prompt)) && output.read(&mut byte).is_ok_and(|n| n == 1) {
            heard.push(byte[0]);
        }
        String::from_utf8(heard).expect("a text")
    }

    /// Types a line.
    pub fn say(&mut self, line: &str) -> &mut Self {
        writeln!(self.child.stdin.as_mut().expect("an input"), "{line}").expect("a listener");
        self
    }

    /// Waits for the end and returns the exit code.
    pub fn ends(&mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().expect("a process").code()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // A failed test must not leave the program running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
