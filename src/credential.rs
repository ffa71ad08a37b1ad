//! Open Badges 3.0 credentials with embedded proofs: types, keys, signing, trust and verification.
//! This module does not depend on exams or attempts; `issuing` builds credentials from exam results.

pub mod types;
pub mod branding;
pub mod assurance;
pub mod key;
pub mod issuer;
pub mod rdf_graph;
pub mod sign;
pub mod bundle;
pub mod trust;
pub mod foreign;
pub mod form;
pub mod verdict;
pub mod verify;
pub mod carrier;
pub mod qr_text;
pub mod render;

pub use assurance::Assurance;
pub use bundle::{Bundle, Revocation, RevocationReason};
pub use issuer::Issuer;
pub use key::SigningKeyPair;
pub use trust::TrustList;
pub use types::Credential;
pub use verdict::Verdict;
pub use verify::{CredentialSource, VerificationResult, verify, verify_from};
