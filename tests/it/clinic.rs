//! The records in full screen: people are filtered while typing, certificates are verified before they are shown, and
//! no answer appears.

use std::path::Path;

use needlewise::credential::Assurance;

use crate::pass::{Pass, key};
use crate::stage::{Stage, assert_screen};
use crate::world::{MONDAY, World};

/// Fills a home with imported certificates of four people: three from a trusted school, one from an untrusted signer.
fn prepared(home: &Path) {
    let world = World::new();
    let hour = 3_600_000;
    world.time.set(MONDAY + hour);
    let stranger = needlewise::credential::SigningKeyPair::from_seed([9; 32]);
    let school = || Pass { assurance: Assurance::Unsupervised, issuer: "The School", license: None, ..Pass::default() };
    let handed = [
        Pass { name: "Ben Okri", certificate: 10, holder: 11, ..school() },
        Pass { name: "Chloé Dubois", certificate: 12, holder: 13, until: "2026-12-20T23:59:59Z", ..school() },
        Pass { name: "Dmitri Orlov", certificate: 14, holder: 15, key: &stranger, ..school() },
        Pass {
            name: "Esra Yılmaz",
            certificate: 16,
            holder: 17,
            at: "2024-01-01T00:00:00Z",
            until: "2026-01-01T23:59:59Z",
            ..school()
        },
    ];
    for (n, pass) in handed.iter().enumerate() {
        let file = world.file(&format!("{n}.json"), pass.certificate());
        world.run(["certificate", "import", &file.to_string_lossy()]).done();
    }
    world.run(["issuer", "trust", "--yes", &key().did(), "--name", "Northside", "--without-revocation"]).done();
    copy_home(&world, home);
}

/// Copies the data and the config folder of a home.
fn copy_home(world: &World, home: &Path) {
    for folder in ["data", "config"] {
        let to = home.join(folder);
        std::fs::create_dir_all(&to).expect("a folder");
        for entry in std::fs::read_dir(world.home.path().join(folder)).expect("a folder") {
            let from = entry.expect("an entry").path();
            if from.is_file() {
                std::fs::copy(&from, to.join(from.file_name().expect("a name"))).expect("copied");
            }
        }
    }
}

/// Fills a home with a person of a roster and a certificate with the same name, which may be of another person.
fn with_a_proposal(home: &Path) {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Beau Martin", "--id", "S-1"]).done();
    let certificate = Pass { name: "Beau Martin", assurance: Assurance::Unsupervised, ..Pass::default() }.certificate();
    world.run(["certificate", "import", &world.file("amira.json", certificate).to_string_lossy()]).done();
    world.run(["issuer", "trust", "--yes", &key().did(), "--name", "Northside", "--without-revocation"]).done();
    copy_home(&world, home);
}

#[test]
fn two_records_are_linked_or_kept_apart_on_the_screen_of_a_person() {
    let opened = || {
        let mut stage = Stage::records(80, 30, 7_200_000, with_a_proposal);
        stage.pass(0).press("down enter");
        let text = stage.text();
        assert!(text.contains("Perhaps the same person") && text.contains("Beau Martin"), "{text}");
        stage
    };
    let mut stage = opened();
    stage.press("l");
    assert!(stage.text().contains("Link these two records?"), "{}", stage.text());
    let text = stage.press("y").text();
    assert_eq!(text.matches("Beau Martin").count(), 1, "one person in the list, loaded again: {text}");
    let mut stage = opened();
    let text = stage.press("t y").text();
    assert_eq!(text.matches("Beau Martin").count(), 2, "two people: {text}");
    assert!(!stage.press("down enter").text().contains("Perhaps the same person"), "not proposed again");
}

/// Shows the records of that home two hours later, with every visible certificate verified.
fn records(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::records(columns, rows, 7_200_000, prepared);
    stage.pass(0);
    stage
}

#[test]
fn records_list() {
    for columns in [40, 80, 120] {
        assert_screen!("records_list", columns, records(columns, 24));
    }
}

#[test]
fn records_matrix() {
    for columns in [40, 80, 120] {
        assert_screen!("records_matrix", columns, records(columns, 24).press_and_take("tab"));
    }
}

#[test]
fn nothing_is_shown_as_certified_until_its_signature_is_verified() {
    let mut stage = Stage::records(80, 24, 7_200_000, prepared);
    let before = stage.text();
    assert!(before.contains("being verified") && !before.contains("unsupervised"), "{before}");
    let after = stage.pass(0).text();
    assert!(!after.contains("being verified") && after.contains("unsupervised"), "{after}");
}

#[test]
fn the_list_of_people_is_filtered_while_typing() {
    let mut stage = records(80, 24);
    stage.press("/").type_text("OKR");
    let text = stage.text();
    assert!(text.contains("Ben Okri") && !text.contains("Dubois") && text.contains("1 of 5"), "{text}");
    stage.type_text("x");
    assert!(stage.text().contains("No one matches these filters"), "{}", stage.text());
    stage.press("backspace enter");
    assert!(stage.text().contains("Ben Okri"));
}

#[test]
fn each_filter_and_order_has_a_key() {
    let mut stage = records(80, 24);
    stage.press("e").pass(0);
    let text = stage.text();
    assert!(text.contains("Chloé") && !text.contains("Ben Okri") && text.contains("expired within 60 days"), "{text}");
    stage.press("e s s s s s").pass(0);
    let text = stage.text();
    assert!(text.contains("Esra") && !text.contains("Chloé") && text.contains("status: Expired"), "{text}");
    stage.press("s s s o").pass(0);
    let text = stage.text();
    let (esra, ben) = (text.find("Esra").expect("Esra"), text.find("Ben").expect("Ben"));
    assert!(esra < ben && text.contains("soonest to expire"), "{text}");
}

#[test]
fn a_person_screen_shows_everything_known() {
    let person = |columns| {
        let mut stage = records(columns, 40);
        stage.press("/").type_text("chloé").press("enter enter");
        stage
    };
    for columns in [40, 80, 120] {
        assert_screen!("a_person", columns, person(columns));
    }
    assert!(person(80).press_and_take("esc").text().contains("Find: chloé"));
}
