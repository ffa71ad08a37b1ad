//! The kinds under which facts are stored, and the payload of each.

use serde::de::DeserializeOwned;

use super::Fact;
use crate::canonical;

/// Calls `$with!` with every fact and the kind it is written under.
macro_rules! each_kind {
    ($with:ident) => {
        $with! {
            PersonAdded "person.added/1",
            NameChanged "person.name-changed/1",
            StaffIdChanged "person.staff-id-changed/1",
            LicenseChanged "person.license-changed/1",
            TimeGranted "person.time-granted/1",
            HoldSet "person.hold-set/1",
            HoldReleased "person.hold-released/1",
            Imported "person.certificate-imported/1",
            Erased "person.erased/1",
            Started "attempt.started/1",
            Answered "attempt.answered/1",
            Flagged "attempt.flagged/1",
            Finished "attempt.finished/1",
            Voided "attempt.voided/1",
            AttemptGranted "attempt.granted/1",
            Remarked "attempt.remarked/1",
            Issued "attempt.issued/1",
            RequestReceived "issuer.request-received/1",
            IssuedOnRequest "issuer.issued/1",
            Revoked "issuer.revoked/1",
        }
    };
}

macro_rules! implement_kinds {
    ($($variant:ident $kind:literal,)*) => {
        impl Fact {
            /// Returns the kind that the fact is stored under.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                }
            }

            /// Returns the payload: the RFC 8785 text that is stored and digested.
            pub fn payload(&self) -> String {
                match self {
                    $(Self::$variant(payload) => canonical::text(payload),)*
                }
            }

            /// Reads a fact of a kind with a version; none if this program does not know the kind or the payload.
            pub fn from_payload(kind: &str, payload: &str) -> Option<Self> {
                match kind {
                    $($kind => parse_payload(payload, Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

each_kind!(implement_kinds);

/// Reads a payload and makes a fact of it.
pub(super) fn parse_payload<T: DeserializeOwned>(payload: &str, to_fact: impl FnOnce(T) -> Fact) -> Option<Fact> {
    serde_json::from_str(payload).ok().map(to_fact)
}

/// Returns the word for a kind, without the chain it belongs to and its version: `started` for `attempt.started/1`.
/// Kinds of the first program are such words themselves.
pub fn kind_label(kind: &str) -> &str {
    let name = kind.split_once('.').map_or(kind, |(_, name)| name);
    name.split_once('/').map_or(name, |(name, _)| name)
}

/// Returns whether facts of this kind say what an attempt came to.
pub fn is_result_kind(kind: &str) -> bool {
    ["finished", "remarked"].contains(&kind_label(kind))
}
