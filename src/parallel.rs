//! The threads that share the work on large banks and many certificates.

use std::io;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// How often the start of one thread is tried. A system that is short of memory can refuse it once and allow it next.
const SPAWN_TRIES: usize = 3;

/// Starts the shared threads unless they run. Call it before any work that rayon shares.
///
/// Without this, rayon starts them by itself and panics if the system refuses them. Here, the calling thread then does all
/// the work alone.
pub fn prepare() {
    // rayon has one pool for the whole process, and a second try to start it always fails.
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let can_spawn = thread::Builder::new().spawn(|| {}).map(thread::JoinHandle::join).is_ok();
        // An error means that a pool exists already, which is as good.
        let _ = if can_spawn {
            ThreadPoolBuilder::new().spawn_handler(spawn).build_global()
        } else {
            ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global()
        };
    });
}

/// Starts one thread of the pool. The others do its work if the system refuses it.
fn spawn(thread_builder: ThreadBuilder) -> io::Result<()> {
    let is_first = thread_builder.index() == 0;
    let slot = Arc::new(Mutex::new(Some(thread_builder)));
    let mut result = Ok(());
    for _ in 0..SPAWN_TRIES {
        let slot = Arc::clone(&slot);
        let run = move || {
            let thread_builder = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            thread_builder.into_iter().for_each(ThreadBuilder::run);
        };
        result = thread::Builder::new().spawn(run).map(|_| ());
        if result.is_ok() {
            return Ok(());
        }
    }
    if is_first { result } else { Ok(()) }
}
