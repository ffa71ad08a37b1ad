//! From a pass to a credential that others can check: an Open Badges 3.0 credential with one embedded proof.

pub mod award;
pub mod credential;
pub mod graph;
pub mod key;
pub mod sign;
pub mod trust;
pub mod verify;

pub use award::{Assurance, Award};
pub use credential::Credential;
pub use key::Key;
pub use trust::Trust;
pub use verify::{Checked, Verdict, verify};
