//! From a pass to a credential that others can check: an Open Badges 3.0 credential with one embedded proof.

pub mod assurance;
pub mod award;
pub mod bundle;
pub mod carrier;
pub mod code;
pub mod credential;
pub mod graph;
pub mod issuer;
pub mod key;
pub mod render;
pub mod request;
pub mod sign;
pub mod trust;
pub mod verify;
pub mod warrant;

pub use assurance::Assurance;
pub use award::Award;
pub use bundle::{Bundle, Reason, Revocation};
pub use credential::Credential;
pub use issuer::Issuer;
pub use key::Key;
pub use request::Request;
pub use trust::Trust;
pub use verify::{Checked, Verdict, verify};
