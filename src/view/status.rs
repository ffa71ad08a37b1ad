//! Certification statuses in words, for the records screens and the compliance matrix.

use crate::clock::Timestamp;
use crate::projections::status::{CertificationStatus, MatrixCell, StatusReason};
use crate::text;

/// How many days after its end a certificate's status still says when it expired.
const DAYS_OF_EXPIRY_SHOWN: i64 = 60;

/// Returns the status of a cell in words, such as `Expires in 11 days`. `today` is the newest time that is known.
pub fn status_text(cell: &MatrixCell, today: Timestamp) -> String {
    let days = |days: i64| text::count_with_noun(usize::try_from(days).unwrap_or(0), "day");
    match (cell.status, cell.days_left(today)) {
        (CertificationStatus::Expiring60 | CertificationStatus::Expiring30, Some(0)) => "Expires today".to_owned(),
        (CertificationStatus::Expiring60 | CertificationStatus::Expiring30, Some(days_left)) => {
            format!("Expires in {}", days(days_left))
        }
        (CertificationStatus::Expired, Some(days_left)) if (-DAYS_OF_EXPIRY_SHOWN..0).contains(&days_left) => {
            format!("Expired {} ago", days(-days_left))
        }
        (status, _) => status.label().to_owned(),
    }
}

/// Returns what the status is based on: why it is unknown or not taken, and otherwise the last valid day and the
/// assurance of the certificate. Empty if there is nothing to say.
fn status_basis(cell: &MatrixCell) -> String {
    let hidden_expiry =
        cell.hidden_expiry.map_or_else(String::new, |until| format!("; an older one expired {}", until.day()));
    match (&cell.certificate_row, cell.why) {
        (Some(certificate), Some(why)) => {
            format!("{}; ends {}{hidden_expiry}", reason_text(why), certificate.valid_until.day())
        }
        (None, Some(why)) => format!("{}{hidden_expiry}", reason_text(why)),
        (Some(certificate), None) => format!("{}, {}", certificate.valid_until.day(), certificate.assurance.name()),
        (None, None) => String::new(),
    }
}

fn reason_text(why: StatusReason) -> String {
    match why {
        StatusReason::UntrustedIssuer => "issuer not trusted here yet".to_owned(),
        StatusReason::NoRevocationList => "no revocation list".to_owned(),
        StatusReason::OldRevocationList => "revocation list too old".to_owned(),
        StatusReason::SelfTest(passed_at) => format!("self-test passed {}", passed_at.day().format_for_people()),
        StatusReason::InvalidCertificate => "certificate is invalid".to_owned(),
    }
}

/// Returns what the status is based on and, if the certificate has another name than the person here, that name. Empty if there is
/// nothing to say. The signature covers only the name on the certificate.
pub fn status_details(cell: &MatrixCell, name: &str) -> String {
    let signed_name = cell.certificate_row.as_ref().map(|row| row.holder_name.as_str());
    let other_name = signed_name.filter(|signed_name| text::name_key(signed_name) != text::name_key(name));
    let other_name = other_name.map(|other_name| format!("name on it: {}", text::single_line(other_name)));
    let basis = Some(status_basis(cell)).filter(|basis| !basis.is_empty());
    [basis, other_name].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Returns the status in words with [`status_details`] in parentheses, if there are any. `name` is the person's name here.
pub fn status_line(cell: &MatrixCell, name: &str, today: Timestamp) -> String {
    let (status, details) = (status_text(cell, today), status_details(cell, name));
    if details.is_empty() { status } else { format!("{status} ({details})") }
}
