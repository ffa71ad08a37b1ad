//! Plain mode: runs an attempt line by line, for screen readers, serial terminals and scripts.
//!
//! Each part of a question is one line without wrapping, and every state is a word. Scripts read these lines by their
//! first words, so a change of those breaks scripts.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::attempt::Mode;
use crate::clock::Millis;
use crate::exam::session::AttemptAction;
use crate::paths::{self, BoundedLine};
use crate::projections::people::PersonRow;
use crate::service::{ActiveAttempt, ServiceError, Services};
use crate::text::{self, single_line};
use crate::view;

mod input;
mod question;
mod record;
mod result;

use input::TypedEntry;

/// The longest typed line, in bytes. A longer one is read to its end and asked for again.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// How many lines are read ahead of their prompts. The limit keeps a large piped file out of memory.
const LINES_AHEAD_MAX: usize = 16;

/// The streams of plain mode.
pub struct PlainConsole<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    pub input: Box<dyn BufRead + Send>,
    /// Whether a terminal echoes the input, including the end of each line.
    pub is_input_echoed: bool,
}

impl std::fmt::Debug for PlainConsole<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainConsole").field("echoes", &self.is_input_echoed).finish_non_exhaustive()
    }
}

/// How plain mode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlainEnd {
    /// An exam was passed, or a mock exam or a practice finished.
    Done,
    /// An exam was not passed.
    NotPassed,
    /// The input ended before the attempt. All answers are stored, and the attempt can be resumed.
    Suspended,
}

/// An error that stops plain mode.
#[derive(Debug)]
pub enum PlainError {
    /// The output cannot be written, for example because a pipe was closed.
    Output(io::Error),
    /// An action cannot be stored, or the result cannot be read.
    Service(ServiceError),
}

impl From<io::Error> for PlainError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<ServiceError> for PlainError {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

/// An attempt in plain mode.
struct PlainSession<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    is_input_echoed: bool,
    service: Services,
    active_attempt: ActiveAttempt,
    input_lines: Receiver<BoundedLine>,
    question_index: usize,
    /// The last time warning that was printed, in minutes left.
    last_warning_minutes: u64,
}

/// What follows a turn of the trainee.
enum NextTurn {
    /// Continue at [`PlainSession::question_index`]. An index after the last question means the prompt to submit.
    Continue,
    AttemptEnded,
    InputEnded,
}

/// Runs an attempt in plain mode until it ends, or until the input ends, and prints the result or how to resume.
///
/// # Errors
/// The store cannot be used, or the output cannot be written.
pub fn run(
    console: PlainConsole<'_>,
    service: Services,
    trainee: &PersonRow,
    active_attempt: ActiveAttempt,
) -> Result<PlainEnd, PlainError> {
    let PlainConsole { out, err, input, is_input_echoed } = console;
    let question_index = active_attempt.session.resume_index();
    let mut session = PlainSession {
        out,
        err,
        is_input_echoed,
        service,
        active_attempt,
        input_lines: read_lines(input)?,
        question_index,
        last_warning_minutes: u64::MAX,
    };
    session.print_introduction(trainee)?;
    loop {
        let turn = if session.active_attempt.session.finished().is_some() {
            NextTurn::AttemptEnded
        } else if session.question_index < session.active_attempt.session.question_count() {
            session.ask_question()?
        } else {
            session.ask_to_submit()?
        };
        match turn {
            NextTurn::Continue => {}
            NextTurn::AttemptEnded => return session.print_result(),
            NextTurn::InputEnded => return session.suspend(trainee),
        }
    }
}

/// Reads lines in a thread, because the time limit can end while the program waits for a line.
///
/// # Errors
/// The system refuses the thread.
fn read_lines(mut input: Box<dyn BufRead + Send>) -> io::Result<Receiver<BoundedLine>> {
    let (sender, receiver) = mpsc::sync_channel(LINES_AHEAD_MAX);
    std::thread::Builder::new().spawn(move || {
        // A line that is not UTF-8 must not count as the end of the input.
        while let Ok(Some(line)) = paths::read_line(&mut input, LINE_MAX_BYTES) {
            if sender.send(line).is_err() {
                break;
            }
        }
    })?;
    Ok(receiver)
}

impl PlainSession<'_> {
    fn print_line(&mut self, line: &str) -> io::Result<()> {
        // Scripts read one part from each line. Bank text with line feeds or escape sequences must not break that.
        writeln!(self.out, "{}", single_line(line))
    }

    /// Prompts until a line arrives that is not too long. Returns the next turn if the input ends or the time is over.
    fn prompt(&mut self, prompt: &str) -> Result<Result<String, NextTurn>, PlainError> {
        loop {
            write!(self.out, "{prompt}")?;
            self.out.flush()?;
            let remaining = self.active_attempt.time_left(self.service.now());
            let received_line = match remaining {
                // Even a line that was typed ahead comes too late.
                Some(Millis(0)) => Err(RecvTimeoutError::Timeout),
                None => self.input_lines.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(remaining) => self.input_lines.recv_timeout(Duration::from_millis(remaining.0)),
            };
            if !self.is_input_echoed || received_line.is_err() {
                // Piped input is not echoed, so without this the next output would follow on the line of the prompt.
                writeln!(self.out)?;
            }
            match received_line {
                Ok(BoundedLine::Text(line)) => return Ok(Ok(line)),
                Ok(BoundedLine::TooLong) => self.print_line("Not understood: the line is too long")?,
                Err(RecvTimeoutError::Timeout) => return self.record_time_out().map(Err),
                Err(RecvTimeoutError::Disconnected) => return Ok(Err(NextTurn::InputEnded)),
            }
        }
    }

    fn print_introduction(&mut self, trainee: &PersonRow) -> Result<(), PlainError> {
        let paper = Arc::clone(self.active_attempt.session.loaded_paper());
        let question_count = text::count_with_noun(paper.questions.len(), "question");
        let remaining = self.active_attempt.time_left(self.service.now());
        let time_note = remaining
            .map(|remaining_time| usize::try_from(remaining_time.0.div_ceil(60_000)).unwrap_or(usize::MAX))
            .map_or(String::new(), |minutes| format!(", {} left", text::count_with_noun(minutes, "minute")));
        self.print_line(&format!("{}: {question_count}{time_note}", paper.title()))?;
        if paper.mode == Mode::Exam {
            self.print_line(&format!("Name on the certificate: {}", trainee.person.name))?;
        }
        for note in view::paper_notes(&paper) {
            self.print_line(&note)?;
        }
        Ok(self.print_line("Type help for a list of commands")?)
    }

    /// Prints the time left in words.
    fn print_time(&mut self) -> io::Result<()> {
        let line = match self.active_attempt.time_left(self.service.now()) {
            None => "No time limit".to_owned(),
            Some(remaining) => {
                let count = |number: u64, noun: &str| {
                    text::count_with_noun(usize::try_from(number).unwrap_or(usize::MAX), noun)
                };
                let seconds = remaining.0.div_ceil(1000);
                format!("{} {} left", count(seconds / 60, "minute"), count(seconds % 60, "second"))
            }
        };
        self.print_line(&line)
    }

    /// Warns once below ten minutes left, and once below two.
    fn warn_about_time(&mut self) -> Result<(), PlainError> {
        let Some(remaining) = self.active_attempt.time_left(self.service.now()) else { return Ok(()) };
        let warning_minutes =
            view::TIME_WARNING_MINUTES.into_iter().find(|minutes| remaining < Millis::from_minutes(*minutes));
        if let Some(minutes) = warning_minutes.filter(|minutes| *minutes < self.last_warning_minutes) {
            self.last_warning_minutes = minutes;
            self.print_line(&format!("Under {minutes} minutes left"))?;
        }
        Ok(())
    }

    /// Prints one question and prompts until it is answered or left.
    fn ask_question(&mut self) -> Result<NextTurn, PlainError> {
        self.warn_about_time()?;
        for line in question::lines(&self.active_attempt.session, self.question_index) {
            self.print_line(&line)?;
        }
        loop {
            let prompt = question::prompt(&self.active_attempt.session, self.question_index);
            let line = match self.prompt(&prompt)? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            let entry = match input::parse_entry(&line, &self.active_attempt.session, self.question_index) {
                Ok(entry) => entry,
                Err(reason) => {
                    self.print_line(&format!("Not understood: {reason}"))?;
                    continue;
                }
            };
            if let Some(turn) = self.apply_entry(entry)? {
                return Ok(turn);
            }
        }
    }

    /// Runs a command or stores an answer. Returns none if the same question must be prompted again.
    fn apply_entry(&mut self, entry: TypedEntry) -> Result<Option<NextTurn>, PlainError> {
        match entry {
            TypedEntry::Answer(answer, certainty) => self.record_answer(answer, certainty),
            TypedEntry::Time => {
                self.print_time()?;
                Ok(None)
            }
            TypedEntry::Flag => {
                if let Err(turn) = self.record(AttemptAction::ToggleFlag { question_index: self.question_index })? {
                    return Ok(Some(turn));
                }
                let flagged = self.active_attempt.session.is_flagged(self.question_index);
                self.print_line(if flagged { "Flagged" } else { "No longer flagged" })?;
                Ok(None)
            }
            TypedEntry::Skip => {
                self.question_index += 1;
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::Back => {
                self.question_index = self.question_index.saturating_sub(1);
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::GoTo(index) => {
                self.question_index = index;
                Ok(Some(NextTurn::Continue))
            }
            TypedEntry::List => {
                self.print_question_list()?;
                Ok(None)
            }
            TypedEntry::Help => {
                for line in input::HELP {
                    self.print_line(line)?;
                }
                Ok(None)
            }
            TypedEntry::Submit => self.submit(),
        }
    }

    fn print_question_list(&mut self) -> Result<(), PlainError> {
        for index in 0..self.active_attempt.session.question_count() {
            let state = if self.active_attempt.session.stored_answer(index).is_some() { "answered" } else { "open" };
            let flag_note = if self.active_attempt.session.is_flagged(index) { ", flagged" } else { "" };
            self.print_line(&format!("{}. {state}{flag_note}", index + 1))?;
        }
        Ok(())
    }

    /// Prompts after the last question, until the trainee submits or goes to a question.
    fn ask_to_submit(&mut self) -> Result<NextTurn, PlainError> {
        loop {
            let line = match self.prompt("Type submit to finish, or a question's number: ")? {
                Ok(line) => line,
                Err(turn) => return Ok(turn),
            };
            match input::parse_command(&line, self.active_attempt.session.question_count()) {
                Some(TypedEntry::Skip | TypedEntry::Flag) | None => {
                    self.print_line("Not understood: type submit, list, back, help, or a question's number")?;
                }
                Some(entry) => {
                    if let Some(turn) = self.apply_entry(entry)? {
                        return Ok(turn);
                    }
                }
            }
        }
    }

    /// Prompts until the answer is yes or no.
    fn confirm(&mut self, prompt: &str) -> Result<Result<bool, NextTurn>, PlainError> {
        loop {
            let line = match self.prompt(prompt)? {
                Ok(line) => line,
                Err(turn) => return Ok(Err(turn)),
            };
            match line.trim().to_lowercase().as_str() {
                "yes" | "y" => return Ok(Ok(true)),
                "no" | "n" => return Ok(Ok(false)),
                _ => self.print_line("Not understood: type yes or no")?,
            }
        }
    }

    /// Submits the attempt. If questions are unanswered, asks first; a no returns to the questions.
    fn submit(&mut self) -> Result<Option<NextTurn>, PlainError> {
        let open_count = self.active_attempt.session.unanswered_indexes().len();
        if open_count > 0 {
            match self.confirm(&format!("Submit with {open_count} unanswered? (yes/no): "))? {
                Ok(true) => {}
                Ok(false) => return Ok(Some(NextTurn::Continue)),
                Err(turn) => return Ok(Some(turn)),
            }
        }
        self.record(AttemptAction::Submit).map(|recorded| Some(recorded.err().unwrap_or(NextTurn::AttemptEnded)))
    }
}
