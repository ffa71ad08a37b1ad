//! Which column of a roster means what.

use super::{Roster, RosterRow, Table};
use crate::text;

/// What a column of a roster contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterColumn {
    /// The whole name.
    Name,
    /// The given names, if the family name has a column of its own.
    GivenName,
    FamilyName,
    StaffId,
    License,
}

impl RosterColumn {
    /// All columns, in the order in which messages name them.
    pub const ALL: [Self; 5] = [Self::Name, Self::GivenName, Self::FamilyName, Self::StaffId, Self::License];

    /// Returns the name of the column, as `--map` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::GivenName => "given-name",
            Self::FamilyName => "family-name",
            Self::StaffId => "staff-id",
            Self::License => "license",
        }
    }

    /// Returns the headings that mean this column, without blanks and punctuation.
    fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Name => NAME_HEADINGS,
            Self::GivenName => GIVEN_NAME_HEADINGS,
            Self::FamilyName => FAMILY_NAME_HEADINGS,
            Self::StaffId => STAFF_ID_HEADINGS,
            Self::License => LICENSE_HEADINGS,
        }
    }
}

const NAME_HEADINGS: &[&str] = &[
    "name",
    "fullname",
    "employeename",
    "staffname",
    "displayname",
    "participant",
    "participantname",
    "trainee",
    "traineename",
    "employee",
    "vollständigername",
    "mitarbeitername",
    "nomcomplet",
    "nombrecompleto",
];
const GIVEN_NAME_HEADINGS: &[&str] =
    &["firstname", "givenname", "givennames", "forename", "vorname", "prénom", "prenom", "nombre", "nombres"];
const FAMILY_NAME_HEADINGS: &[&str] =
    &["lastname", "familyname", "surname", "nachname", "familienname", "nom", "apellido", "apellidos"];
const STAFF_ID_HEADINGS: &[&str] = &[
    "staffid",
    "staffno",
    "staffnumber",
    "employeeid",
    "employeeno",
    "employeenumber",
    "personnelno",
    "personnelnumber",
    "badge",
    "badgeid",
    "id",
    "personalnummer",
    "personalnr",
    "mitarbeiternummer",
    "mitarbeiternr",
    "matricule",
];
const LICENSE_HEADINGS: &[&str] = &[
    "license",
    "licence",
    "licenseno",
    "licenseid",
    "licensenumber",
    "licencenumber",
    "lizenz",
    "lizenznummer",
    "ptlicense",
    "registration",
    "registrationnumber",
];

/// The positions of the columns that a file has.
#[derive(Debug, Default)]
struct Positions {
    name: Option<usize>,
    given_name: Option<usize>,
    family_name: Option<usize>,
    staff_id: Option<usize>,
    license: Option<usize>,
}

impl Positions {
    fn slot(&mut self, column: RosterColumn) -> &mut Option<usize> {
        match column {
            RosterColumn::Name => &mut self.name,
            RosterColumn::GivenName => &mut self.given_name,
            RosterColumn::FamilyName => &mut self.family_name,
            RosterColumn::StaffId => &mut self.staff_id,
            RosterColumn::License => &mut self.license,
        }
    }
}

/// How many lines can be above the headings, such as a title.
pub(super) const TITLE_LINES_MAX: usize = 10;

/// Makes a roster of a table. Its headings are in the first line that names the column of the names.
pub(super) fn to_roster(table: Table, mapped: &[(String, RosterColumn)]) -> Result<Roster, String> {
    let Some((_, first_line)) = table.lines.first() else {
        return Err("It is empty. Its first line must name the columns, for example name and staff_id.".to_owned());
    };
    let mut candidates = table.lines.iter().take(TITLE_LINES_MAX + 1).enumerate();
    let found = candidates.find_map(|(index, (_, line))| Some((index, find_positions(line, mapped).ok()?)));
    let (title_count, positions) = match found {
        Some(found) => found,
        // Of a file without headings, the first line says what is wrong.
        None => (0, find_positions(first_line, mapped)?),
    };
    let mut roster = Roster { refused: table.refused, notes: table.notes, ..Roster::default() };
    if title_count > 0 {
        let lines = text::count_with_noun(title_count, "line");
        roster.notes.push(format!("{lines} above the headings skipped"));
    }
    let lines = table.lines.into_iter().skip(title_count + 1);
    let used = [positions.name, positions.given_name, positions.family_name, positions.staff_id, positions.license];
    for (line, cells) in lines {
        let cell = |position: Option<usize>| {
            // Copied text can bring marks that change only the direction of text. A name would be refused for them.
            let text =
                position.and_then(|position| cells.get(position)).map(|cell| cell.replace(is_direction_mark, ""));
            text.filter(|text| !text.is_empty())
        };
        let parts = [cell(positions.name), cell(positions.given_name), cell(positions.family_name)];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        roster.staff_ids.extend(cell(positions.staff_id));
        let fault = used.iter().flatten().find_map(|position| table.faults.get(&(line, *position)));
        if let Some(fault) = fault {
            roster.refused.push((line, fault.clone()));
        } else if name.is_empty() {
            roster.refused.push((line, "the name is empty".to_owned()));
        } else {
            let (staff_id, license) = (cell(positions.staff_id), cell(positions.license));
            roster.rows.push(RosterRow { line, name, staff_id, license });
        }
    }
    Ok(roster)
}

fn find_positions(headings: &[String], mapped: &[(String, RosterColumn)]) -> Result<Positions, String> {
    let keys: Vec<_> = headings.iter().map(|heading| heading_key(heading)).collect();
    let mut positions = Positions::default();
    for (heading, column) in mapped {
        let position = keys.iter().position(|key| *key == heading_key(heading));
        *positions.slot(*column) = Some(position.ok_or_else(|| {
            format!("It has no column \"{}\". {}", text::single_line(heading), list_headings(headings))
        })?);
    }
    for column in RosterColumn::ALL {
        let is_mapped = |position: usize| mapped.iter().any(|(heading, _)| heading_key(heading) == keys[position]);
        // The order of the headings in the list decides, so `name` is preferred to `employee`.
        let found = column.headings().iter().find_map(|heading| keys.iter().position(|key| key == heading));
        let slot = positions.slot(column);
        if slot.is_none() {
            *slot = found.filter(|position| !is_mapped(*position));
        }
    }
    // German rosters have the columns Name and Vorname, and French ones Nom and Prénom.
    if positions.given_name.is_some() && positions.family_name.is_none() {
        positions.family_name = positions.name.take();
    }
    // With a whole name, its parts would repeat it.
    if positions.name.is_some() {
        (positions.given_name, positions.family_name) = (None, None);
    }
    if positions.name.is_none() && positions.family_name.is_none() {
        return Err(format!(
            "It has no column for the name. {} Name the column with --map, such as --map \"Employee=name\".",
            list_headings(headings)
        ));
    }
    Ok(positions)
}

/// Returns whether a text is the heading of a column.
pub(super) fn is_heading(text: &str) -> bool {
    let key = heading_key(text);
    RosterColumn::ALL.into_iter().any(|column| column.headings().contains(&key.as_str()))
}

/// Returns whether a character only changes the direction of text, or is a byte order mark.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn list_headings(headings: &[String]) -> String {
    let headings: Vec<_> = headings.iter().map(|heading| format!("\"{}\"", text::single_line(heading))).collect();
    format!("Its columns are {}.", headings.join(", "))
}

/// Returns a heading without case, blanks and punctuation.
fn heading_key(heading: &str) -> String {
    text::name_key(heading).chars().filter(|c| c.is_alphanumeric()).collect()
}
