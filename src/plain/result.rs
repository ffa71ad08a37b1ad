//! The end of a sitting, line by line: the result, or how to go on.

use std::sync::Arc;

use crate::attempt::{ExamResult, Mode};
use crate::exam::disclosure;
use crate::plain::{PlainEnd, PlainError, PlainSession};
use crate::view;

impl PlainSession<'_> {
    /// Tells the result of a sitting that has ended.
    pub(super) fn end(mut self) -> Result<PlainEnd, PlainError> {
        let Some(ended) = self.sitting.session.finished().cloned() else { return Ok(PlainEnd::Suspended) };
        let sheet = Arc::clone(self.sitting.session.loaded_paper());
        let Some(exam) = sheet.exam.as_ref() else {
            let (right, count) = (self.sitting.session.correct_count(), self.sitting.session.question_count());
            self.say(&format!("Practice finished: {right} of {count} right"))?;
            return Ok(PlainEnd::Done);
        };
        let passed = ended.outcome.result == ExamResult::Passed;
        if sheet.mode == Mode::Mock {
            let session = self.sitting.session.clone();
            let result = view::result_lines(&ended.outcome, disclosure::DisclosureLevel::Objectives);
            let lines = result.into_iter().filter(|line| !line.starts_with("Objective missed: "));
            for line in lines.chain(view::readiness_lines(&session, &ended.outcome)).chain(view::paper_notes(&sheet)) {
                self.say(&line)?;
            }
            return Ok(if passed { PlainEnd::Done } else { PlainEnd::NotPassed });
        }
        // The result is on disk; whatever befalls the certificate is told after it.
        let own = passed && !self.sitting.invigilated;
        let certificate = own.then(|| self.desk.certify(&mut self.sitting));
        let next = self.desk.eligibility(self.sitting.trainee, exam)?;
        let extent = disclosure::level(sheet.mode, exam.review, next);
        for line in view::result_lines(&ended.outcome, extent) {
            self.say(&line)?;
        }
        match certificate {
            Some(Ok(made)) => self.say(&format!("Certificate: {}", made.path.display()))?,
            Some(Err(error)) => writeln!(self.err, "{error}")?,
            None if passed => self.say("Certificate: the invigilator signs it next")?,
            None => self.say(&view::eligibility_line(next, exam))?,
        }
        for note in view::paper_notes(&sheet) {
            self.say(&note)?;
        }
        if extent >= disclosure::DisclosureLevel::ChosenAnswers {
            for line in view::review_lines(&self.sitting.session) {
                self.say(&line)?;
            }
        }
        Ok(if passed { PlainEnd::Done } else { PlainEnd::NotPassed })
    }

    /// Says how to go on with a sitting that has not ended.
    pub(super) fn suspend(mut self) -> Result<PlainEnd, PlainError> {
        let command = match self.sitting.session.loaded_paper().mode {
            Mode::Exam => "needlewise exam --resume --plain",
            Mode::Mock => "needlewise exam --mock --resume --plain",
            Mode::Practice => "needlewise practice --resume --plain",
        };
        let clock = if self.sitting.session.loaded_paper().limit.is_some() { " The time runs on." } else { "" };
        self.say(&format!("Suspended: every answer is kept. Go on with `{command}`.{clock}"))?;
        Ok(PlainEnd::Suspended)
    }
}
