//! Certification statuses in words, for the records screens and the compliance matrix.

use crate::clock::Timestamp;
use crate::projections::status::{CertificationStatus, MatrixCell};
use crate::text;

/// Returns the status of a cell in words, such as `Expires in 11 days`. `today` is the newest time that is known.
pub fn status_text(cell: &MatrixCell, today: Timestamp) -> String {
    let days_left = cell.valid_until().map(|until| until.day().days_since(today.day()));
    match (cell.status, days_left) {
        (CertificationStatus::Expiring60 | CertificationStatus::Expiring30, Some(0)) => "Expires today".to_owned(),
        (CertificationStatus::Expiring60 | CertificationStatus::Expiring30, Some(days_left)) => {
            let days = text::count_with_noun(usize::try_from(days_left).unwrap_or(0), "day");
            format!("Expires in {days}")
        }
        (status, _) => status.label().to_owned(),
    }
}

/// Returns what the status is based on: the last valid day and the assurance of the certificate, or the verdict on a
/// stored certificate that does not count. Empty if there is none.
pub fn status_basis(cell: &MatrixCell) -> String {
    match (&cell.certificate_row, cell.rejected_verdict) {
        (Some(certificate), _) => {
            format!("{}, {}", certificate.valid_until.day(), certificate.assurance.name())
        }
        (None, Some(verdict)) => format!("certificate {verdict}"),
        (None, None) => String::new(),
    }
}

/// Returns the status in words with what it rests on in parentheses, if there is anything.
pub fn status_line(cell: &MatrixCell, today: Timestamp) -> String {
    let (status, basis) = (status_text(cell, today), status_basis(cell));
    if basis.is_empty() { status } else { format!("{status} ({basis})") }
}
