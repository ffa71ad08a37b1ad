//! Prints the result of a finished attempt in plain mode, or how to resume a suspended one.

use std::sync::Arc;

use crate::attempt::fact::AttemptFinished;
use crate::attempt::{ExamResult, Mode};
use crate::exam::disclosure;
use crate::plain::{PlainEnd, PlainError, PlainSession};
use crate::projections::people::PersonRow;
use crate::service::certificate_files::write_pictures;
use crate::view;

impl PlainSession<'_> {
    /// Prints the result of a finished attempt, and signs its certificate.
    pub(super) fn print_result(mut self) -> Result<PlainEnd, PlainError> {
        let Some(finished) = self.active_attempt.session.finished().cloned() else { return Ok(PlainEnd::Suspended) };
        let paper = Arc::clone(self.active_attempt.session.loaded_paper());
        let Some(exam) = paper.exam.as_ref() else {
            let (correct_count, answered_count) =
                (self.active_attempt.session.correct_count(), self.active_attempt.session.answered_count());
            self.print_line(&format!("Practice finished: {correct_count} of {answered_count} correct"))?;
            return Ok(PlainEnd::Done);
        };
        let is_passed = finished.outcome.result == ExamResult::Passed;
        if paper.mode == Mode::Mock {
            let level = disclosure::DisclosureLevel::Objectives;
            self.print_outcome(Mode::Mock, &finished, level)?;
            for line in view::paper_notes(&paper) {
                self.print_line(&line)?;
            }
            // A mock exam is for training, so a low score is no failure.
            return Ok(PlainEnd::Done);
        }
        // The result is already stored. An error of the certificate must not hide it, so it is printed below.
        let can_certify = is_passed && !self.active_attempt.invigilated;
        let certificate = can_certify.then(|| self.service.certificates_mut().certify(&mut self.active_attempt));
        let eligibility = self.service.attempts().eligibility(self.active_attempt.trainee, exam)?;
        let disclosure_level = disclosure::level(paper.mode, exam.review, eligibility);
        self.print_outcome(paper.mode, &finished, disclosure_level)?;
        match certificate {
            Some(Ok(certificate)) => {
                self.print_line(&format!("Self-test record: {}", certificate.path.display()))?;
                self.print_line(&format!(
                    "It does not count elsewhere. For a certificate that does: `needlewise certificate request {} --to FILE`",
                    self.active_attempt.row.id
                ))?;
                match write_pictures(self.service.paths(), &certificate) {
                    Ok(problems) => problems.iter().try_for_each(|problem| writeln!(self.err, "{problem}"))?,
                    Err(error) => writeln!(self.err, "{error}")?,
                }
            }
            Some(Err(error)) => writeln!(self.err, "{error}")?,
            None if is_passed => self.print_line("Certificate: the invigilator signs it next")?,
            None => {
                let next_line = view::eligibility_line(eligibility, exam, self.service.zone());
                self.print_line(&format!("Next: {next_line}"))?;
            }
        }
        for note in view::paper_notes(&paper) {
            self.print_line(&note)?;
        }
        if disclosure_level >= disclosure::DisclosureLevel::ChosenAnswers {
            for line in view::review_lines(&self.active_attempt.session) {
                self.print_line(&line)?;
            }
        }
        Ok(if is_passed { PlainEnd::Done } else { PlainEnd::NotPassed })
    }

    /// Prints the result as far as it may be shown. The first line is the headline, and the end of the time follows it.
    fn print_outcome(
        &mut self,
        mode: Mode,
        finished: &AttemptFinished,
        level: disclosure::DisclosureLevel,
    ) -> Result<(), PlainError> {
        let mut lines = view::result_lines(mode, &finished.outcome, level);
        let time_out = view::time_out_text(finished).map(|time_out| format!("Reason: {time_out}"));
        lines.splice(1..1, time_out);
        for line in lines {
            self.print_line(&line)?;
        }
        Ok(())
    }

    /// Prints how to resume an attempt that has not ended.
    pub(super) fn suspend(mut self, trainee: &PersonRow) -> Result<PlainEnd, PlainError> {
        let command = match self.active_attempt.session.loaded_paper().mode {
            Mode::Exam => "needlewise exam --resume --plain",
            Mode::Mock => "needlewise exam --mock --resume --plain",
            Mode::Practice if self.active_attempt.row.session_day.is_some() => "needlewise study --plain",
            Mode::Practice => "needlewise practice --resume --plain",
        };
        let clock_note =
            if self.active_attempt.session.loaded_paper().limit.is_some() { " The clock keeps running." } else { "" };
        // With several people on the computer, the printed command fails without a name.
        let trainee_option = self.service.people().trainee_option(trainee)?;
        self.print_line(&format!(
            "Suspended: all answers are saved. Resume with `{command}{trainee_option}`.{clock_note}"
        ))?;
        Ok(PlainEnd::Suspended)
    }
}
