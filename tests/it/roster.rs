//! Rosters in the forms that spreadsheet programs write, and how a roster changes the people here.

use std::io::Write;

use needlewise::roster::{self, Roster, RosterColumn, RosterOptions};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::World;

fn read(bytes: &[u8]) -> Result<Roster, String> {
    roster::read(bytes, &RosterOptions::default())
}

/// Returns name and staff number of each person.
fn people(bytes: &[u8]) -> Vec<(String, String)> {
    let roster = read(bytes).expect("a roster");
    assert_eq!(roster.refused, []);
    roster.rows.into_iter().map(|row| (row.name, row.staff_id.unwrap_or_default())).collect()
}

/// The people of most files in this test.
fn zitna() -> Vec<(String, String)> {
    vec![("Ňora Žitná".to_owned(), "007".to_owned())]
}

fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

/// Returns a workbook with one sheet. Each cell is the XML of a cell without its place, such as `<c><v>1</v></c>`.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let row = |cells: &&[&str]| format!("<row>{}</row>", cells.concat());
    let sheet: String = rows.iter().map(row).collect();
    let files = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{relationships}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Staff\" sheetId=\"1\" \
                 r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relationships}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" \
                 Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(content.as_bytes()).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

fn padded_number() -> String {
    text_cell("007")
}

fn text_cell(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn text_files_are_read_in_every_usual_encoding_and_separator() {
    let text = "Name;Personalnummer\r\nŇora Žitná;007\r\n";
    let comma = text.replace(';', ",");
    let tab = text.replace(';', "\t");
    for (form, bytes) in [
        ("semicolon", text.as_bytes().to_vec()),
        ("comma", comma.into_bytes()),
        ("tab", tab.clone().into_bytes()),
        ("byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("a line that names the separator", format!("sep=;\r\n{text}").into_bytes()),
        ("UTF-16 with a byte order mark", utf_16(&format!("\u{feff}{tab}"), u16::to_le_bytes)),
        ("UTF-16 little-endian", utf_16(&tab, u16::to_le_bytes)),
        ("UTF-16 big-endian", utf_16(&tab, u16::to_be_bytes)),
    ] {
        assert_eq!(people(&bytes), zitna(), "{form}");
    }
}

#[test]
fn a_guessed_encoding_is_said_with_samples_and_can_be_named() {
    // "Ňora Žitná" in windows-1250.
    let bytes = b"name;staff id\n\xd2ora \x8eitn\xe1;007\n";
    let guessed = read(bytes).expect("a roster");
    assert_eq!(guessed.rows[0].name, "Òora Žitná");
    assert_eq!(
        guessed.notes,
        [
            "The file is not UTF-8 and was read as windows-1252: \"Òora Žitná\". If this looks wrong, name the --encoding, \
             such as windows-1250, or save the file as CSV in UTF-8."
        ]
    );
    let named = RosterOptions { encoding: Some("windows-1250".to_owned()), ..RosterOptions::default() };
    let roster = roster::read(bytes, &named).expect("a roster");
    assert_eq!((roster.rows[0].name.as_str(), roster.notes.len()), ("Ňora Žitná", 0));
    let unknown = RosterOptions { encoding: Some("klingon".to_owned()), ..RosterOptions::default() };
    assert_eq!(
        roster::read(bytes, &unknown),
        Err("There is no encoding \"klingon\". Examples are utf-8, windows-1250 and windows-1252.".to_owned())
    );
}

#[test]
fn headings_are_known_in_many_words_and_can_be_mapped() {
    for heading in ["NAME,Employee ID", "Full name,staff_no", "Name;Personal-Nr.", "Mitarbeitername;Matricule"] {
        let line = if heading.contains(';') { "Ňora Žitná;007" } else { "Ňora Žitná,007" };
        assert_eq!(people(format!("{heading}\n{line}\n").as_bytes()), zitna(), "{heading}");
    }
    for heading in ["Nachname,Vorname,ID", "Name,Vorname,ID", "Surname,First name,ID", "Nom,Prénom,ID"] {
        assert_eq!(people(format!("{heading}\nŽitná,Ňora,007\n").as_bytes()), zitna(), "{heading}");
    }
    let bytes = "Kollege,Nummer\nŇora Žitná,007\n".as_bytes();
    assert_eq!(
        read(bytes),
        Err("It has no column for the name. Its columns are \"Kollege\", \"Nummer\". Name the column with --map, such as \
             --map \"Employee=name\"."
            .to_owned())
    );
    let columns = vec![("kollege".to_owned(), RosterColumn::Name), ("NUMMER".to_owned(), RosterColumn::StaffId)];
    let mapped = roster::read(bytes, &RosterOptions { columns, ..RosterOptions::default() }).expect("a roster");
    assert_eq!((mapped.rows[0].name.as_str(), mapped.rows[0].staff_id.as_deref()), ("Ňora Žitná", Some("007")));
}

#[test]
fn lines_that_cannot_be_used_are_named_and_the_others_count() {
    let roster = read(b"name,staff_id\nAnn,1\n\n,2\nBen,3,x\nCleo,1\n").expect("a roster");
    assert!(roster.rows.is_empty(), "{:?}", roster.rows);
    let expected = [
        (2, "staff number 1 is also in line 6. Correct one of them"),
        (4, "the name is empty"),
        (5, "it has 3 columns, but the headings have 2"),
        (6, "staff number 1 is also in line 2. Correct one of them"),
    ];
    assert_eq!(roster.refused, expected.map(|(line, reason)| (line, reason.to_owned())));
}

#[test]
fn a_workbook_gives_the_same_people_as_a_text_file() {
    let heading = [text_cell("Name"), text_cell("Employee ID")];
    let heading: Vec<_> = heading.iter().map(String::as_str).collect();
    let name = text_cell("Ňora Žitná");
    let person = |cell: &str| workbook(&[&heading, &[&name, cell]]);
    assert_eq!(people(&person(&text_cell("007"))), zitna());
    let number = |cell: &str| people(&person(cell))[0].1.clone();
    assert_eq!(number("<c><v>13.0</v></c>"), "13", "a whole number has no decimal point");
    assert_eq!(number("<c><f>6+7</f><v>13</v></c>"), "13", "a formula has its stored value");
    let refused = read(&person("<c><v>12345678901234567</v></c>")).expect("a roster").refused;
    assert_eq!(
        refused,
        [(
            2,
            "cell B2 has a number with more than 15 digits, of which Excel keeps only 15. Format the column as text and enter \
             it again."
                .to_owned()
        )]
    );
    // A column that nobody asked for can contain anything.
    let phone = text_cell("Phone");
    let wide =
        workbook(&[&[heading[0], heading[1], &phone], &[&name, &padded_number(), "<c><v>12345678901234567</v></c>"]]);
    assert_eq!(people(&wide), zitna());
    let padded = text_cell("007");
    let lost = read(&workbook(&[&heading, &[&name, &padded], &[&name, "<c><v>8</v></c>"]])).expect("a roster");
    assert_eq!(
        lost.notes,
        [
            "Cell B3 is a number, and other cells of its column are texts with leading zeros. Did it lose its zeros? Format \
          the column as text."
        ]
    );
    let sheet = RosterOptions { sheet: Some("Leavers".to_owned()), ..RosterOptions::default() };
    assert_eq!(
        roster::read(&person(&padded), &sheet),
        Err("It has no sheet \"Leavers\". Its sheets are \"Staff\".".to_owned())
    );
}

#[test]
fn a_hostile_workbook_is_refused() {
    let old = read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").expect_err("refused");
    assert!(old.contains("Save it as XLSX without a password"), "{old}");
    let damaged = read(b"PK\x03\x04not an archive").expect_err("refused");
    assert!(damaged.contains("damaged archive"), "{damaged}");
    let zeros = format!("<c><v>{}</v></c>", "0".repeat(60 * 1024 * 1024));
    // Two cells in opposite corners are two cells, and not a table of 17 billion.
    let name = text_cell("Name");
    let corners = workbook(&[&[&name, "<c r=\"XFD1048576\"><v>1</v></c>"]]);
    assert_eq!(read(&corners).expect("a roster").rows, []);
    let bomb = read(&workbook(&[&[&zeros]])).expect_err("refused");
    assert!(bomb.contains("unpacks to more than a roster needs"), "{bomb}");
}

#[test]
fn a_roster_updates_by_staff_number_and_never_doubles() {
    let world = World::new();
    let import = |name: &str, text: &str, options: &[&str]| {
        let file = world.file(name, text).to_string_lossy().into_owned();
        let mut args = vec!["trainee", "add", "--from", &file];
        args.extend_from_slice(options);
        world.run(args)
    };
    let first = "name,staff_id,license\nA A,1,CA 1\nA A,2,\nB B,,\n";
    let planned = import("first.csv", first, &[]);
    assert_eq!(planned.out, "3 added, 0 updated, 0 unchanged, 0 refused\n", "two people share a name");
    assert_eq!(import("first.csv", first, &[]).out, "0 added, 0 updated, 3 unchanged, 0 refused\n");

    let second = "name,staff_id,license\nA Abel,1,CA 7\nC C,3,\n";
    let dry = import("second.csv", second, &["--dry-run"]);
    assert_eq!(
        dry.out,
        "Update A A (1): name A Abel, license CA 7\nAdd C C (3)\nNothing was changed. The import would have these \
         results: 1 added, 1 updated, 0 unchanged, 0 refused\nNot in this roster: A A (2). If they left, run this again with \
         --archive-missing.\n"
    );
    // With a line that cannot be used, nobody can tell who is missing.
    let broken = import("broken.csv", "name,staff_id\nA Abel,1\n,2\n", &["--archive-missing"]);
    assert!(broken.code == 1 && broken.err.contains("it is not certain who is missing"), "{}", broken.all());
    let listed = import("broken.csv", "name,staff_id\nA Abel,1\n,2\n", &["--dry-run"]);
    assert!(
        !listed.out.contains("Not in this roster"),
        "the line with number 2 is refused, not missing: {}",
        listed.all()
    );
    let empty = import("empty.csv", "name,staff_id\n", &["--archive-missing"]);
    assert!(empty.code == 3 && empty.err.contains("has no people below its headings"), "{}", empty.all());
    let alone = world.run(["trainee", "add", "D D", "--dry-run"]);
    assert!(alone.code == 2, "{}", alone.all());
    let done = import("second.csv", second, &["--archive-missing"]);
    assert_eq!(
        done.out,
        "Update A A (1): name A Abel, license CA 7\nArchive A A (2)\n1 added, 1 updated, 0 unchanged, 1 archived, 0 refused\n"
    );
    let names = |args: &[&str]| {
        let people = world.run(args.iter().copied()).json();
        let names =
            people.as_array().expect("a list").iter().map(|row| row["name"].as_str().expect("a name").to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&["trainee", "list", "--json"]), ["A Abel", "B B", "C C"]);
    assert_eq!(names(&["trainee", "list", "--archived", "--json"]), ["A A"]);
    let matrix = |args: &[&str]| world.run(args.iter().copied()).json().as_array().expect("a list").len();
    assert_eq!(matrix(&["record", "matrix", "--json"]), 3);
    assert_eq!(matrix(&["record", "matrix", "--json", "--archived"]), 4);

    // A row brings the person back.
    let back = import("third.csv", "name,staff_id\nA A,2\n", &[]);
    assert!(back.out.starts_with("Update A A (2): back in the lists\n0 added, 1 updated"), "{}", back.all());
    assert_eq!(names(&["trainee", "list", "--archived", "--json"]), [""; 0]);
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_title_above_the_headings_is_skipped_and_said() {
    let csv = "Staff of Northside\n\nas of March,\nName,Staff no.\nŇora Žitná,007\n";
    let roster = read(csv.as_bytes()).expect("a roster");
    assert_eq!(roster.rows.len(), 1, "{roster:?}");
    assert_eq!(roster.rows[0].name, "Ňora Žitná");
    assert!(roster.notes.iter().any(|note| note == "2 lines above the headings skipped"), "{:?}", roster.notes);
    let none = read(b"Staff,Phone\nAmira,5\n").expect_err("no name");
    assert!(none.contains("It has no column for the name. Its columns are \"Staff\", \"Phone\""), "{none}");
}

#[test]
fn marks_that_only_change_the_direction_of_text_are_removed() {
    assert_eq!(
        people("name,staff_id\n\u{200F}דוד לוי\u{200E},\u{202A}7\u{202C}\n".as_bytes()),
        [("דוד לוי".to_owned(), "7".to_owned())]
    );
}

/// Imports a roster and returns what was said.
fn import(world: &World, csv: &str, code: u8) -> String {
    let file = world.file("roster.csv", csv).to_string_lossy().into_owned();
    let said = world.run(["trainee", "add", "--from", &file]);
    assert_eq!(said.code, code, "{}", said.all());
    said.all()
}

fn listed(world: &World) -> Vec<(String, String)> {
    let list = world.run(["trainee", "list", "--json"]).json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    list.as_array().expect("people").iter().map(|row| (text(&row["name"]), text(&row["staff_id"]))).collect()
}

#[test]
fn a_staff_number_that_another_person_gets_renames_nobody() {
    let world = World::new();
    import(&world, "name,staff_id\nAmira Okafor,S-1\n", 0);
    let said = import(&world, "name,staff_id\nBeau Martin,S-1\n", 1);
    assert!(said.contains("the staff number S-1 is that of Amira Okafor here"), "{said}");
    assert_eq!(listed(&world), [("Amira Okafor".to_owned(), "S-1".to_owned())]);
    // A name that changes in part is a correction or a marriage.
    import(&world, "name,staff_id\nAmira Okafor-Bell,S-1\n", 0);
    assert_eq!(listed(&world), [("Amira Okafor-Bell".to_owned(), "S-1".to_owned())]);
}

#[test]
fn spreadsheets_that_change_case_or_drop_zeros_make_no_second_person() {
    let world = World::new();
    import(&world, "name,staff_id\nAmira Okafor,S-1\nBeau Martin,0042\n", 0);
    let said = import(&world, "name,staff_id\nAmira Okafor,s-1\nBeau Martin,42\n", 0);
    assert!(said.contains("0 added, 0 updated, 2 unchanged"), "{said}");
    assert!(!said.contains("Not in this roster"), "{said}");
    assert_eq!(listed(&world).len(), 2);
    // Two numbers that differ only so, and are both in the roster, are two people.
    import(&world, "name,staff_id\nBeau Martin,0042\nCleo Stone,42\n", 0);
    assert_eq!(listed(&world).len(), 3);
}

#[test]
fn a_roster_import_has_its_changes_as_json() {
    let world = World::new();
    import(&world, "name,staff_id\nAmira Okafor,S-1\nDana Fox,S-4\n", 0);
    let csv = "name,staff_id,license\nAmira Okafor,S-1,PT 7\nBeau Martin,S-2,\nCleo Stone,S-4,\n";
    let file = world.file("roster.csv", csv).to_string_lossy().into_owned();
    let said = world.run(["trainee", "add", "--from", &file, "--json", "--dry-run"]);
    assert_eq!(said.code, 1, "{}", said.all());
    let json = said.json();
    let changes: Vec<_> = json["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| (&change["change"], &change["staff_id"]))
        .collect();
    assert_eq!(changes, [(&"update".into(), &"S-1".into()), (&"add".into(), &"S-2".into())]);
    assert_eq!((&json["dry_run"], &json["refused"][0]["line"]), (&true.into(), &4.into()));
    assert_eq!(json["changes"][0]["license"], "PT 7");
    assert_eq!(listed(&world).len(), 2, "nothing was changed");
}
