//! The kind under which each fact is stored, and the text of its payload.

use serde::de::DeserializeOwned;

use super::Fact;
use crate::canonical;

/// Calls `$with!` with every fact and its kind.
// One list for writing and reading, so the two cannot disagree. A stored kind never changes.
macro_rules! each_kind {
    ($with:ident) => {
        $with! {
            PersonAdded "person.added/1",
            NameChanged "person.name-changed/1",
            StaffIdChanged "person.staff-id-changed/1",
            LicenseChanged "person.license-changed/1",
            TimeGranted "person.time-granted/1",
            StudyChanged "person.study-changed/1",
            NoteChanged "person.note-changed/1",
            BookmarkChanged "person.bookmark-changed/1",
            ProblemReported "person.problem-reported/1",
            ReadingLeft "person.reading-left/1",
            HoldSet "person.hold-set/1",
            HoldReleased "person.hold-released/1",
            PersonLinked "person.linked/1",
            PersonUnlinked "person.unlinked/1",
            PersonKeptApart "person.kept-apart/1",
            PersonArchived "person.archived/1",
            PersonUnarchived "person.unarchived/1",
            Imported "person.certificate-imported/1",
            Erased "person.erased/1",
            Started "attempt.started/1",
            Answered "attempt.answered/1",
            Asked "attempt.asked/1",
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
            /// Returns the kind under which the fact is stored.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                }
            }

            /// Returns the payload: the RFC 8785 text that is stored and covered by the digest.
            pub fn payload(&self) -> String {
                match self {
                    $(Self::$variant(payload) => canonical::text(payload),)*
                }
            }

            /// Reads a fact whose kind has a version. Returns `None` if this program cannot read the kind or payload.
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

/// Parses a payload and makes a fact of it.
pub(super) fn parse_payload<T: DeserializeOwned>(payload: &str, to_fact: impl FnOnce(T) -> Fact) -> Option<Fact> {
    serde_json::from_str(payload).ok().map(to_fact)
}

/// Returns a kind without its chain and its version: `started` for `attempt.started/1`. The kinds of the first program
/// already are such words.
pub fn kind_label(kind: &str) -> &str {
    let name = kind.split_once('.').map_or(kind, |(_, name)| name);
    name.split_once('/').map_or(name, |(name, _)| name)
}

/// Returns whether facts of this kind contain the outcome of an attempt.
pub fn is_result_kind(kind: &str) -> bool {
    ["finished", "remarked"].contains(&kind_label(kind))
}
