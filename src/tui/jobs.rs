//! Jobs: slow work in background threads. Jobs report their progress and result through the input queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use super::command::Reply;
use crate::paths::io_reason;

/// The name of the job threads. The panic hook leaves them alone, because a panic there is reported as a failed job.
pub const JOB_THREAD_NAME: &str = "job";

/// A report of a job, as it arrives in the input queue.
#[derive(Debug, Clone, PartialEq)]
pub struct JobReport {
    /// The number that [`Jobs::start`] returned.
    pub job_number: u64,
    pub event: JobEvent,
}

/// What a job reports: its progress or its end.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// How far the job is, for people, such as `3 of 20`.
    Progress(String),
    /// The job is done. The screen on top gets the reply, if there is one.
    Done(Option<Reply>),
    /// Why the job failed, as a message for people.
    Failed(String),
}

type Reporter = Arc<dyn Fn(JobReport) + Send + Sync>;

/// The handle of a running job: it reports progress and says whether the job was canceled.
pub struct JobControl {
    job_number: u64,
    is_cancelled: Arc<AtomicBool>,
    reporter: Reporter,
}

impl JobControl {
    /// Returns whether the job was canceled and should end.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Reports how far the job is, for people, such as `3 of 20`.
    pub fn report_progress(&self, progress: &str) {
        self.report(JobEvent::Progress(progress.to_owned()));
    }

    fn report(&self, event: JobEvent) {
        (self.reporter)(JobReport { job_number: self.job_number, event });
    }
}

struct RunningJob {
    number: u64,
    label: String,
    progress: Option<String>,
    is_cancelled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The running jobs. Dropping this cancels them.
pub struct Jobs {
    reporter: Reporter,
    /// The reports of jobs that ran inside `start`; none if jobs run in threads.
    inline_reports: Option<Receiver<JobReport>>,
    running: Vec<RunningJob>,
    started_count: u64,
}

impl Jobs {
    /// Returns jobs that each run in a thread. `report` is called in that thread and puts the report into the input
    /// queue.
    pub fn threaded(report: impl Fn(JobReport) + Send + Sync + 'static) -> Self {
        Self::new(Arc::new(report), None)
    }

    /// Returns jobs that run before `start` returns, for tests and for interfaces without a queue.
    pub fn inline() -> Self {
        let (sender, reports) = mpsc::channel();
        let reporter = move |report: JobReport| {
            // Sending fails only after the jobs are dropped. No one needs the report then.
            let _ = sender.send(report);
        };
        Self::new(Arc::new(reporter), Some(reports))
    }

    fn new(reporter: Reporter, inline_reports: Option<Receiver<JobReport>>) -> Self {
        Self { reporter, inline_reports, running: Vec::new(), started_count: 0 }
    }

    /// Starts a job and returns its number. The status line shows `label`, such as `Making the pictures`, or nothing if it
    /// is empty.
    pub fn start(
        &mut self,
        label: &str,
        work: impl FnOnce(&JobControl) -> Result<Option<Reply>, String> + Send + 'static,
    ) -> u64 {
        self.started_count += 1;
        let number = self.started_count;
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let control = JobControl {
            job_number: number,
            is_cancelled: Arc::clone(&is_cancelled),
            reporter: Arc::clone(&self.reporter),
        };
        let run = move || {
            // A job that panics must report too, or its status line would stay forever.
            let result = catch_unwind(AssertUnwindSafe(|| work(&control)));
            let result = result.unwrap_or_else(|_| Err("A background task crashed. Please report it.".to_owned()));
            control.report(result.map_or_else(JobEvent::Failed, JobEvent::Done));
        };
        let mut thread = None;
        if self.inline_reports.is_some() {
            run();
        } else {
            // With a limit on processes or memory, the system refuses threads. `thread::spawn` would panic then.
            match thread::Builder::new().name(JOB_THREAD_NAME.to_owned()).spawn(run) {
                Ok(started) => thread = Some(started),
                Err(error) => {
                    let event = JobEvent::Failed(format!("A background task could not start: {}.", io_reason(&error)));
                    (self.reporter)(JobReport { job_number: number, event });
                }
            }
        }
        self.running.push(RunningJob { number, label: label.to_owned(), progress: None, is_cancelled, thread });
        number
    }

    /// Cancels a job. Its later reports are ignored.
    pub fn cancel(&mut self, job_number: u64) {
        self.running.retain(|job| {
            let is_meant = job.number == job_number;
            if is_meant {
                job.is_cancelled.store(true, Ordering::Relaxed);
            }
            !is_meant
        });
    }

    /// Handles a report. Returns its event if the job has ended, or else `None`. Ignores reports of canceled jobs.
    pub fn take_in(&mut self, report: JobReport) -> Option<JobEvent> {
        let index = self.running.iter().position(|job| job.number == report.job_number)?;
        match report.event {
            JobEvent::Progress(progress) => {
                self.running[index].progress = Some(progress);
                None
            }
            ended => {
                self.running.remove(index);
                Some(ended)
            }
        }
    }

    /// Returns the new reports of jobs that ran inside `start`.
    pub fn inline_reports(&mut self) -> Vec<JobReport> {
        self.inline_reports.as_ref().map_or_else(Vec::new, |reports| reports.try_iter().collect())
    }

    /// Returns a status line about the oldest running job that has a label, if any.
    pub fn status_line(&self) -> Option<String> {
        let job = self.running.iter().find(|job| !job.label.is_empty())?;
        let progress = job.progress.as_ref().map_or_else(String::new, |progress| format!(" {progress}"));
        Some(format!("{} …{progress}", job.label))
    }

    /// Cancels all jobs and waits until they have ended. A job that must finish, such as writing files, ignores the
    /// cancellation.
    pub fn join(&mut self) {
        self.running.iter().for_each(|job| job.is_cancelled.store(true, Ordering::Relaxed));
        for thread in self.running.drain(..).filter_map(|job| job.thread) {
            // `start` catches panics, so joining does not fail.
            let _ = thread.join();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.running.iter().for_each(|job| job.is_cancelled.store(true, Ordering::Relaxed));
    }
}
