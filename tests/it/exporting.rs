//! Exports of certificates: one key on the screen, all at once on the command line, and names that a font lacks.

use std::path::Path;

use needlewise::credential::carrier;
use serde_json::json;

use crate::issuing::Three;
use crate::stage::Stage;
use crate::world::World;

/// Returns the names of the files below a folder, with `/` between folders.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = crate::world::all_files(folder)
        .into_keys()
        .map(|path| {
            let parts =
                path.strip_prefix(folder).unwrap_or(&path).iter().map(|part| part.to_string_lossy().into_owned());
            parts.collect::<Vec<_>>().join("/")
        })
        .collect();
    names.sort();
    names
}

/// Shows the certificate of a passed exam.
fn certificate_screen() -> Stage {
    crate::screens::sat(100, 40, 7).press_and_take("enter c enter")
}

#[test]
fn a_key_exports_a_certificate_in_all_formats() {
    let mut stage = certificate_screen();
    let shown = stage.text();
    assert!(shown.contains("Holder: Amira Okafor") && shown.contains("Status: self-test record"), "{shown}");
    stage.press("e");
    let folder = stage.home.path().join("data/exports");
    let files = names(&folder);
    let endings: Vec<_> = files.iter().filter_map(|name| name.rsplit_once('.')).map(|(_, ending)| ending).collect();
    assert_eq!(endings, ["json", "pdf", "png", "svg"], "{files:?}");
    for name in &files {
        let bytes = std::fs::read(folder.join(name)).expect("a file");
        assert!(carrier::extract_credential(&bytes).is_ok(), "{name}");
    }
    let shown = stage.lines().join(" ");
    assert!(shown.contains("Written: ") && shown.contains(&files[0]), "{shown}");
}

#[test]
fn a_key_writes_the_request_that_a_school_reviews() {
    let mut stage = certificate_screen();
    stage.press("r");
    let folder = stage.home.path().join("data/exports");
    let files = names(&folder);
    assert!(files.len() == 1 && files[0].starts_with("request-"), "{files:?}");
    let school = World::new().with_small_banks();
    let request = folder.join(&files[0]).to_string_lossy().into_owned();
    let said = school.run(["record", "replay", "--request", &request]);
    assert!(said.code == 0 && said.out.contains("drawn again, the same"), "{}", said.all());
}

#[test]
fn all_certificates_are_exported_at_once_with_a_folder_for_each_person() {
    let three = Three::ready();
    let certificate = three.issues();
    three.clinic.run(["certificate", "import", &certificate]).done();
    let other = crate::pass::Pass { name: "Beau Martin", certificate: 19, holder: 9, ..crate::pass::Pass::default() };
    let other = three.clinic.file("other.json", other.certificate()).to_string_lossy().into_owned();
    let imported = three.clinic.run(["certificate", "import", &other, "--json"]).json();
    assert_eq!((&imported[0]["trainee"]["name"], &imported[0]["person_added"]), (&"Beau Martin".into(), &true.into()));
    assert_eq!((&imported[0]["verdict"], &imported[0]["error"]), (&"untrusted".into(), &serde_json::Value::Null));
    let folder = three.clinic.path("exports");
    let export = ["certificate", "export", "--all", "--format", "json", "--format", "pdf", "--to", &folder];
    three.clinic.run(export).done();
    let files = names(Path::new(&folder));
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files[0].starts_with("amira-okafor-") && files[3].starts_with("beau-martin-"), "{files:?}");
    let one = three.clinic.path("one");
    let export = ["certificate", "export", "--all", "--format", "json", "--to", &one, "--trainee", "Beau Martin"];
    three.clinic.run(export).done();
    assert_eq!(names(Path::new(&one)).len(), 1);
    let nothing = World::new().run(["certificate", "export", "--all", "--format", "json", "--to", &one]);
    assert!(nothing.code == 1 && nothing.err.contains("There is no certificate"), "{}", nothing.all());
}

#[test]
fn a_name_that_no_font_has_stops_neither_other_formats_nor_other_people() {
    let world = World::new();
    for (number, name) in [(1, "李小龙"), (2, "Beau Martin")] {
        let pass = crate::pass::Pass { name, certificate: number + 10, holder: number, ..crate::pass::Pass::default() };
        let file = world.file("one.json", pass.certificate()).to_string_lossy().into_owned();
        world.run(["certificate", "import", &file]).done();
    }
    let folder = world.path("exports");
    let said = world.run(["certificate", "export", "--all", "--format", "pdf", "--format", "json", "--to", &folder]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert_eq!(said.err.matches("No font here has the character 李 (U+674E)").count(), 1, "{}", said.err);
    let files = names(Path::new(&folder));
    let count = |ending: &str| files.iter().filter(|name| name.ends_with(ending)).count();
    assert_eq!((count(".json"), count(".pdf")), (2, 1), "{files:?}");
}

#[test]
fn a_pass_says_which_pictures_could_not_be_drawn() {
    let world = World::new().with_small_banks();
    let begin = ["exam", "brief", "--plain", "--yes", "--trainee", "李小龙"];
    world.run(["trainee", "add", "李小龙"]).done();
    let said = world.finish_attempt(&begin, &["exam", "--resume", "--plain"], |reader, shown| reader.answer(shown));
    assert!(said.out.contains("Self-test record: ") && said.code == 0, "{}", said.all());
    assert_eq!(said.err.matches("No font here has the character 李 (U+674E)").count(), 1, "{}", said.err);
    let row = world.run(["certificate", "list", "--json"]).json()[0].clone();
    assert_eq!(row["files"].as_array().expect("files").len(), 1, "the credential has any name: {}", json!(row));
}
