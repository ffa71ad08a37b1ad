//! Whom this machine trusts, and what they revoked. Nobody, until somebody is named.

use crate::clock::{Millis, Timestamp};
use crate::ids::CertificateId;

/// The issuers this machine trusts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Each of them.
    pub issuers: Vec<Issuer>,
}

/// An issuer that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The did:key.
    pub did: String,
    /// The name it was trusted under, which is shown in place of the one it gives itself.
    pub name: String,
    /// Its newest list of revoked certificates.
    pub list: Option<RevocationList>,
    /// Whether it is trusted without such a list.
    pub without_revocation: bool,
}

/// What an issuer revoked, as of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// When the list was issued.
    pub issued: Timestamp,
    /// The certificates.
    pub revoked: Vec<CertificateId>,
}

/// How old a list may be.
pub const LIST_MAX_AGE: Millis = Millis(30 * 24 * 3_600_000);

impl Trust {
    /// Returns the issuer of a did:key, if it is trusted.
    pub fn issuer(&self, did: &str) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| issuer.did == did)
    }

    /// Returns today: the later of the system's date and the newest date in any list.
    pub fn today(&self, system: Timestamp) -> Timestamp {
        let lists = self.issuers.iter().filter_map(|issuer| issuer.list.as_ref());
        lists.map(|list| list.issued).chain([system]).max().unwrap_or(system)
    }
}
