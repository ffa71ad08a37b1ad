//! The compliance matrix: one row per person, one column per exam.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::clock::Timestamp;
use crate::credential::{Assurance, TrustList};
use crate::ids::{ExamId, TraineeId};
use crate::projections::certificates::CertificateRow;
use crate::projections::links::LinkedPeople;
use crate::projections::people::PersonRow;
use crate::projections::status::{CertificationStatus, MatrixCell, evaluate_status};
use crate::text;

/// The compliance matrix: the status of all people for all exams.
#[derive(Debug)]
pub struct Matrix {
    /// The exams by ID, each with its title.
    pub exams: Vec<(ExamId, String)>,
    /// The people in the order they were given, which is by name.
    pub rows: Vec<MatrixRow>,
}

/// What a matrix is computed from.
#[derive(Debug, Default)]
pub struct MatrixRecords {
    /// The people to show, in the order of the rows.
    pub people: Vec<PersonRow>,
    /// Which records belong to one person.
    pub links: LinkedPeople,
    /// The imported certificates of these people.
    pub certificates: Vec<CertificateRow>,
    /// The exams that these people passed on this computer, with the time.
    pub passes: Vec<(TraineeId, ExamId, Timestamp)>,
}

/// A person with their status for each exam.
#[derive(Debug)]
pub struct MatrixRow {
    pub person: PersonRow,
    /// One cell for each of [`Matrix::exams`], in the same order.
    pub cells: Vec<MatrixCell>,
    /// Name, staff number, license and the names on certificates, in the form in which people search.
    search_key: String,
}

/// Selects and orders the people to show. The default shows all people by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixQuery {
    /// Only people whose name, staff number or license contains this text.
    pub search_text: String,
    /// The exam that the filters below and the order look at. By default they look at all exams.
    pub exam: Option<ExamId>,
    /// Only people with this status.
    pub status: Option<CertificationStatus>,
    /// Only people with a certificate of this assurance.
    pub assurance: Option<Assurance>,
    /// Only people with a certificate that expires within this many days, or that expired within as many days.
    pub expiring_within_days: Option<i64>,
    pub order: MatrixOrder,
}

/// The order in which people are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MatrixOrder {
    #[default]
    Name,
    /// Earliest expiry first. People without a certificate come last.
    Expiry,
}

impl Matrix {
    /// Computes the matrix for the given exams and for all other exams that a certificate names.
    pub fn new(
        records: MatrixRecords,
        exams: impl IntoIterator<Item = (ExamId, String)>,
        trust: &TrustList,
        now: Timestamp,
    ) -> Self {
        let MatrixRecords { people, links, certificates, passes } = records;
        let mut titles: BTreeMap<ExamId, String> = exams.into_iter().collect();
        let mut certificates_by_person_and_exam: HashMap<(TraineeId, ExamId), Vec<CertificateRow>> = HashMap::new();
        let mut names_by_person: HashMap<TraineeId, BTreeSet<String>> = HashMap::new();
        for row in certificates {
            let person = links.main_record(row.trainee);
            titles.entry(row.exam.clone()).or_insert_with(|| row.title.clone());
            names_by_person.entry(person).or_default().insert(row.holder_name.clone());
            certificates_by_person_and_exam.entry((person, row.exam.clone())).or_default().push(row);
        }
        let mut self_tests: HashMap<(TraineeId, ExamId), Timestamp> = HashMap::new();
        for (trainee, exam, passed_at) in passes {
            let newest = self_tests.entry((links.main_record(trainee), exam)).or_insert(passed_at);
            *newest = passed_at.max(*newest);
        }
        let exams: Vec<_> = titles.into_iter().collect();
        let row = |person: PersonRow| {
            let cell = |(exam, _): &(ExamId, String)| {
                let key = (person.id, exam.clone());
                let rows = certificates_by_person_and_exam.get(&key).map_or(&[][..], Vec::as_slice);
                evaluate_status(rows, self_tests.get(&key).copied(), trust, now)
            };
            let cells = exams.iter().map(cell).collect();
            let details = [Some(&person.person.name), person.person.staff_id.as_ref(), person.person.license.as_ref()];
            let names = names_by_person.get(&person.id).into_iter().flatten();
            let searched_texts: Vec<_> = details.into_iter().flatten().chain(names).map(String::as_str).collect();
            let search_key = text::search_key(&searched_texts.join(" "));
            MatrixRow { person, cells, search_key }
        };
        let rows = people.into_iter().map(row).collect();
        Self { exams, rows }
    }

    /// Returns the selected people in the requested order, as indexes into [`Matrix::rows`].
    pub fn select_rows(&self, query: &MatrixQuery, now: Timestamp) -> Vec<usize> {
        let search_key = text::search_key(&query.search_text);
        let columns: Vec<usize> = match &query.exam {
            Some(exam) => self.exams.iter().position(|(id, _)| id == exam).into_iter().collect(),
            None => (0..self.exams.len()).collect(),
        };
        let matches_filters = |cell: &MatrixCell| {
            let expires_within = |days: i64| cell.days_left(now).is_some_and(|left| (-days..=days).contains(&left));
            query.status.is_none_or(|status| cell.status == status)
                && query.assurance.is_none_or(|assurance| cell.assurance() == Some(assurance))
                && query.expiring_within_days.is_none_or(expires_within)
        };
        let has_cell_filter =
            query.status.is_some() || query.assurance.is_some() || query.expiring_within_days.is_some();
        let is_selected = |row_index: &usize| {
            let row = &self.rows[*row_index];
            row.search_key.contains(&search_key)
                && (!has_cell_filter || columns.iter().any(|column| matches_filters(&row.cells[*column])))
        };
        let mut row_indexes: Vec<_> = (0..self.rows.len()).filter(is_selected).collect();
        if query.order == MatrixOrder::Expiry {
            let first_expiry = |row_index: &usize| {
                let expiries = columns.iter().filter_map(|column| self.rows[*row_index].cells[*column].valid_until());
                expiries.min().map_or(i64::MAX, Timestamp::as_millis)
            };
            row_indexes.sort_by_key(first_expiry);
        }
        row_indexes
    }
}
