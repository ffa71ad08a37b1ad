//! Jobs: slow work that runs beside the interface, in a thread of its own, and reports into the queue of inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use super::command::Reply;

/// The name of the threads that jobs run in. Their panics are reported as failures of the job.
pub const JOB_THREAD_NAME: &str = "job";

/// What a job reports.
#[derive(Debug, Clone, PartialEq)]
pub struct JobReport {
    /// The number of the job, from [`Jobs::start`].
    pub job_number: u64,
    /// What happened.
    pub event: JobEvent,
}

/// What happens to a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// How far it is, for people, such as `3 of 20`.
    Progress(String),
    /// It is done. The screen on top is told, where there is anything to tell.
    Done(Option<Reply>),
    /// Why it is not done, as a message for people.
    Failed(String),
}

type Reporter = Arc<dyn Fn(JobReport) + Send + Sync>;

/// What a job has of the interface while it runs.
pub struct JobControl {
    job_number: u64,
    is_cancelled: Arc<AtomicBool>,
    reporter: Reporter,
}

impl JobControl {
    /// Returns whether nobody waits for the job any more, so that it should end.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }

    /// Reports how far the job is.
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

/// The jobs that run. Those that still run when this is dropped are told to end.
pub struct Jobs {
    reporter: Reporter,
    /// The reports of jobs that ran inside `start`.
    inline_reports: Option<Receiver<JobReport>>,
    running: Vec<RunningJob>,
    started_count: u64,
}

impl Jobs {
    /// Runs each job in a thread. `report` is called in that thread and puts the report into the queue of inputs.
    pub fn threaded(report: impl Fn(JobReport) + Send + Sync + 'static) -> Self {
        Self::new(Arc::new(report), None)
    }

    /// Runs each job before `start` returns, for tests and for interfaces without a queue.
    pub fn inline() -> Self {
        let (sender, reports) = mpsc::channel();
        let reporter = move |report: JobReport| {
            // The receiver lives as long as the jobs.
            let _ = sender.send(report);
        };
        Self::new(Arc::new(reporter), Some(reports))
    }

    fn new(reporter: Reporter, inline_reports: Option<Receiver<JobReport>>) -> Self {
        Self { reporter, inline_reports, running: Vec::new(), started_count: 0 }
    }

    /// Starts a job and returns its number. The label says what it does: `Making the pictures`.
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
            let result = catch_unwind(AssertUnwindSafe(|| work(&control)));
            let result = result.unwrap_or_else(|_| Err("A background task crashed. Please report it.".to_owned()));
            control.report(result.map_or_else(JobEvent::Failed, JobEvent::Done));
        };
        let mut thread = None;
        if self.inline_reports.is_some() {
            run();
        } else {
            match thread::Builder::new().name(JOB_THREAD_NAME.to_owned()).spawn(run) {
                Ok(started) => thread = Some(started),
                Err(error) => {
                    let event = JobEvent::Failed(format!("No thread can be started: {error}."));
                    (self.reporter)(JobReport { job_number: number, event });
                }
            }
        }
        self.running.push(RunningJob { number, label: label.to_owned(), progress: None, is_cancelled, thread });
        number
    }

    /// Tells a job to end, and ignores what it still reports.
    pub fn cancel(&mut self, job_number: u64) {
        self.running.retain(|job| {
            let is_meant = job.number == job_number;
            if is_meant {
                job.is_cancelled.store(true, Ordering::Relaxed);
            }
            !is_meant
        });
    }

    /// Handles a report, and returns its event if the job has ended. It ignores the reports of cancelled jobs.
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

    /// Returns what jobs reported that ran inside `start`.
    pub fn inline_reports(&mut self) -> Vec<JobReport> {
        self.inline_reports.as_ref().map_or_else(Vec::new, |reports| reports.try_iter().collect())
    }

    /// Returns a line about the job that runs longest, if any.
    pub fn status_line(&self) -> Option<String> {
        let job = self.running.first()?;
        let progress = job.progress.as_ref().map_or_else(String::new, |progress| format!(" {progress}"));
        Some(format!("{} …{progress}", job.label))
    }

    /// Waits until all jobs have ended.
    pub fn join(&mut self) {
        for thread in self.running.drain(..).filter_map(|job| job.thread) {
            // Its panic was caught in the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.running.iter().for_each(|job| job.is_cancelled.store(true, Ordering::Relaxed));
    }
}
