//! Everybody and where they stand: one row a person, one column an exam.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::credential::{Assurance, TrustList};
use crate::ids::{ExamId, TraineeId};
use crate::projections::certificates::CertificateRow;
use crate::projections::people::PersonRow;
use crate::projections::status::{CertificationStatus, MatrixCell, standing};
use crate::text;

/// Everybody and where they stand.
#[derive(Debug)]
pub struct Matrix {
    /// The exams, each with its title.
    pub exams: Vec<(ExamId, String)>,
    /// The people, by name.
    pub rows: Vec<MatrixRow>,
}

/// A person and where they stand for each exam.
#[derive(Debug)]
pub struct MatrixRow {
    /// The person.
    pub person: PersonRow,
    /// A cell for each of [`Roll::exams`].
    pub cells: Vec<MatrixCell>,
    /// What a search is compared with.
    key: String,
}

/// Who to show; everybody where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatrixQuery {
    /// Whose name, staff number or license holds this text.
    pub search: String,
    /// Judged by this exam only.
    pub exam: Option<ExamId>,
    /// Who stands so for an exam.
    pub standing: Option<CertificationStatus>,
    /// Whose certificate has this assurance.
    pub assurance: Option<Assurance>,
    /// Whose certificate counts now and ends within so many days.
    pub expiring: Option<i64>,
    /// In which order.
    pub sort: MatrixOrder,
}

/// In which order people are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MatrixOrder {
    /// By name.
    #[default]
    Name,
    /// Who ends first, comes first; who has nothing, last.
    End,
}

impl Matrix {
    /// Puts together who stands where, for the exams given and any other that a certificate is of.
    pub fn new(
        people: Vec<PersonRow>,
        certificates: Vec<CertificateRow>,
        exams: impl IntoIterator<Item = (ExamId, String)>,
        trust: &TrustList,
        now: Timestamp,
    ) -> Self {
        let mut titles: BTreeMap<ExamId, String> = exams.into_iter().collect();
        let mut held: HashMap<(TraineeId, ExamId), Vec<CertificateRow>> = HashMap::new();
        for row in certificates {
            titles.entry(row.exam.clone()).or_insert_with(|| row.title.clone());
            held.entry((row.trainee, row.exam.clone())).or_default().push(row);
        }
        let exams: Vec<_> = titles.into_iter().collect();
        let row = |person: PersonRow| {
            let cell = |(exam, _): &(ExamId, String)| {
                let rows = held.get(&(person.id, exam.clone())).map_or(&[][..], Vec::as_slice);
                standing(rows, trust, now)
            };
            let cells = exams.iter().map(cell).collect();
            let parts = [Some(&person.person.name), person.person.staff_id.as_ref(), person.person.license.as_ref()];
            let key = text::name_key(&parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" "));
            MatrixRow { person, cells, key }
        };
        let rows = people.into_iter().map(row).collect();
        Self { exams, rows }
    }

    /// Returns who is to be shown, by their places in [`Roll::rows`], in order.
    pub fn select(&self, query: &MatrixQuery, now: Timestamp) -> Vec<usize> {
        let search = text::name_key(&query.search);
        let columns: Vec<usize> = match &query.exam {
            Some(exam) => self.exams.iter().position(|(id, _)| id == exam).into_iter().collect(),
            None => (0..self.exams.len()).collect(),
        };
        let fits = |cell: &MatrixCell| {
            let soon = |days: i64| {
                cell.standing.counts() && cell.until().is_some_and(|until| until.day().days_since(now.day()) <= days)
            };
            query.standing.is_none_or(|standing| cell.standing == standing)
                && query.assurance.is_none_or(|assurance| cell.assurance() == Some(assurance))
                && query.expiring.is_none_or(soon)
        };
        let asks = query.standing.is_some() || query.assurance.is_some() || query.expiring.is_some();
        let shown = |at: &usize| {
            let row = &self.rows[*at];
            row.key.contains(&search) && (!asks || columns.iter().any(|column| fits(&row.cells[*column])))
        };
        let mut chosen: Vec<_> = (0..self.rows.len()).filter(shown).collect();
        if query.sort == MatrixOrder::End {
            let end = |at: &usize| {
                let ends = columns.iter().filter_map(|column| self.rows[*at].cells[*column].until());
                ends.min().map_or(i64::MAX, Timestamp::as_millis)
            };
            chosen.sort_by_key(end);
        }
        chosen
    }
}
