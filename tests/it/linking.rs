//! Records of one person: which are linked by themselves, which are proposed, and that every link can be taken back.

use needlewise::clock::Millis;
use std::sync::LazyLock;

use needlewise::credential::{Assurance, SigningKeyPair};
use needlewise::text::search_key;

use crate::pass::{Pass, key};
use crate::world::World;

/// The key of another school.
static SECOND_KEY: LazyLock<SigningKeyPair> = LazyLock::new(|| SigningKeyPair::from_seed([9; 32]));

/// Returns a certificate that a school issued.
fn school() -> Pass<'static> {
    Pass { assurance: Assurance::Unsupervised, issuer: "The School", name: "Amira Okafor", ..Pass::default() }
}

/// Returns a clinic with a roster of one person.
fn clinic(name: &str, license: &str) -> World {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", name, "--id", "S-1", "--license", license]).done();
    world.pass(Millis::from_hours(1));
    world
}

/// Lets the clinic trust the school.
fn trust_school(world: &World) {
    let did = key().did();
    world.run(["issuer", "trust", "--yes", &did, "--name", "The School", "--without-revocation"]).done();
}

fn import(world: &World, pass: &Pass<'_>) -> String {
    let file = world.file(&format!("{}-{}.json", pass.holder, pass.certificate), pass.certificate());
    world.run(["certificate", "import", &file.to_string_lossy()]).all()
}

/// Returns each person of the matrix with the status for the exam Brief.
fn statuses(world: &World) -> Vec<(String, String)> {
    let matrix = world.run(["record", "matrix", "--exam", "brief", "--json"]).json();
    let row = |row: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        (text(&row["trainee"]["name"]), text(&row["standings"][0]["standing"]))
    };
    matrix.as_array().expect("a list").iter().map(row).collect()
}

fn one(status: &str) -> Vec<(String, String)> {
    vec![("Amira Okafor".to_owned(), status.to_owned())]
}

#[test]
fn a_certificate_is_linked_to_the_only_person_with_its_name_and_license() {
    let world = clinic("Amira Okafor", "PT 12345");
    trust_school(&world);
    let said = import(&world, &school());
    assert!(said.contains("imported, person added, linked to Amira Okafor; valid"), "{said}");
    assert!(said.contains("1 linked, 0 to link\n"), "{said}");
    assert_eq!(statuses(&world), one("current"));
    // The next certificate of the same holder follows.
    let next = import(&world, &Pass { certificate: 5, ..school() });
    assert!(next.contains("imported, linked to Amira Okafor"), "{next}");
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn everything_less_certain_is_proposed_and_never_linked() {
    for (name, license, pass, reason) in [
        ("Amira Okafor", "PT 999", school(), "same name"),
        ("Amira Okoye", "PT 12345", school(), "same license, another name"),
        ("Amira Okafor", "PT 12345", Pass { assurance: Assurance::SelfAttested, ..school() }, "same name and license"),
    ] {
        let world = clinic(name, license);
        trust_school(&world);
        let said = import(&world, &pass);
        assert!(said.contains("0 linked, 1 to link. See `needlewise record link`"), "{reason}: {said}");
        assert_eq!(statuses(&world).len(), 2, "{reason}");
        let proposals = world.run(["record", "link", "--json"]).json();
        assert_eq!(proposals[0]["reason"], reason);
        assert_eq!(
            (&proposals[0]["person"]["staff_id"], proposals.as_array().expect("a list").len()),
            (&"S-1".into(), 1)
        );
    }
    // Anyone can sign any name and license with a key of their own.
    let world = clinic("Amira Okafor", "PT 12345");
    assert!(import(&world, &school()).contains("0 linked, 1 to link"), "nobody trusts the school");
    // Two people of the same name and license: nobody can say who is meant.
    let world = clinic("Amira Okafor", "PT 12345");
    trust_school(&world);
    world.run(["trainee", "add", "Amira Okafor", "--id", "S-2", "--license", "PT 12345"]).done();
    assert!(import(&world, &school()).contains("0 linked, 1 to link"));
}

#[test]
fn a_proposal_is_settled_either_way_and_a_link_can_be_taken_back() {
    let world = clinic("Amira Okafor", "PT 999");
    import(&world, &school());
    let proposals = world.run(["record", "link", "--json"]).json();
    let record = proposals[0]["record"]["id"].as_str().expect("an id").to_owned();
    let linked = world.run(["record", "link", &record, "S-1"]);
    assert!(linked.out.contains("Undo it with `needlewise trainee unlink"), "{}", linked.all());
    assert_eq!(statuses(&world), one("unknown"));
    assert_eq!(world.run(["record", "link"]).out, "There is nothing to link.\n");
    let again = world.run(["trainee", "merge", &record, "S-1"]);
    assert!(again.code == 1 && again.err.contains("is already linked to another record"), "{}", again.all());
    let circle = world.run(["trainee", "merge", "S-1", &record]);
    assert!(circle.code == 1 && circle.err.contains("These are already one person"), "{}", circle.all());

    world.run(["trainee", "unlink", &record]).done();
    assert_eq!(statuses(&world).len(), 2);
    world.run(["record", "link", &record, "S-1", "--different"]).done();
    assert_eq!(world.run(["record", "link"]).out, "There is nothing to link.\n", "the pair is not proposed again");
    assert_eq!(statuses(&world).len(), 2);
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_link_ends_when_a_certificate_gives_the_holder_another_name() {
    let world = clinic("Amira Okafor", "PT 999");
    import(&world, &school());
    let record = world.run(["record", "link", "--json"]).json()[0]["record"]["id"].as_str().expect("an ID").to_owned();
    world.run(["record", "link", &record, "S-1"]).done();
    assert_eq!(statuses(&world), one("unknown"));
    // The first certificate was untrusted, so a trusted one may correct the name. It is not the person's any more.
    let said = {
        let file = world
            .file("other.json", Pass { name: "Mallory", certificate: 9, key: &SECOND_KEY, ..school() }.certificate());
        let did = SECOND_KEY.did();
        world.run(["issuer", "trust", "--yes", &did, "--name", "Another School", "--without-revocation"]).done();
        world.run(["certificate", "import", &file.to_string_lossy()]).all()
    };
    assert!(said.contains("Mallory") && !said.contains("linked to"), "{said}");
    assert_eq!(
        statuses(&world),
        [("Amira Okafor".to_owned(), "not-taken".to_owned()), ("Mallory".to_owned(), "current".to_owned())]
    );
}

#[test]
fn the_record_with_the_staff_number_stands_for_the_person_and_is_erased_as_such() {
    let world = clinic("Amira Okafor", "PT 999");
    import(&world, &school());
    let record = world.run(["record", "link", "--json"]).json()[0]["record"]["id"].as_str().expect("an ID").to_owned();
    let wrong = world.run(["trainee", "merge", "S-1", &record]);
    assert!(wrong.code == 1 && wrong.err.contains("The first record has the staff number"), "{}", wrong.all());
    world.run(["record", "link", &record, "S-1"]).done();
    let part = world.run(["trainee", "erase", &record, "--yes"]);
    assert!(part.code == 1 && part.err.contains("Nothing was erased."), "{}", part.all());
    // A second record of the same person does not make two people.
    import(&world, &Pass { holder: 2, certificate: 6, ..school() });
    let second = world.run(["record", "link", "--json"]).json()[0]["record"]["id"].as_str().expect("an ID").to_owned();
    world.run(["record", "link", &second, "S-1"]).done();
    // A roster still finds the person, by number and by the name of the linked records.
    for roster in ["name,staff_id\nAmira Okafor,S-1\n", "name\nAmira Okafor\n"] {
        let file = world.file("roster.csv", roster).to_string_lossy().into_owned();
        let said = world.run(["trainee", "add", "--from", &file]);
        assert!(said.code == 0 && said.out.starts_with("0 added, 0 updated, 1 unchanged"), "{}", said.all());
    }
}

#[test]
fn the_next_candidate_is_proposed_after_the_first_was_refused() {
    let world = clinic("Amira Okafor", "PT 1");
    world.run(["trainee", "add", "Amira Okafor", "--id", "S-2"]).done();
    import(&world, &school());
    let candidate = || world.run(["record", "link", "--json"]).json()[0]["person"]["staff_id"].clone();
    let record = world.run(["record", "link", "--json"]).json()[0]["record"]["id"].as_str().expect("an ID").to_owned();
    assert_eq!(candidate(), "S-1");
    world.run(["record", "link", &record, "S-1", "--different"]).done();
    assert_eq!(candidate(), "S-2");
}

#[test]
fn two_staff_numbers_are_two_people() {
    let world = clinic("Amira Okafor", "PT 1");
    world.run(["trainee", "add", "Amira Okafor", "--id", "S-2"]).done();
    assert_eq!(world.run(["record", "link"]).out, "There is nothing to link.\n");
    let said = world.run(["trainee", "merge", "S-1", "S-2"]);
    assert!(said.code == 1 && said.err.contains("They have different staff numbers, S-1 and S-2"), "{}", said.all());
}

#[test]
fn erasing_a_person_erases_the_linked_records() {
    let world = clinic("Amira Okafor", "PT 12345");
    trust_school(&world);
    import(&world, &school());
    world.run(["trainee", "erase", "S-1", "--yes"]).done();
    assert_eq!(world.run(["trainee", "list", "--json"]).out.trim(), "[]");
    assert_eq!(world.run(["certificate", "list", "--json"]).out.trim(), "[]");
    assert!(!std::fs::read_dir(world.data().join("certificates")).is_ok_and(|mut entries| entries.next().is_some()));
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_name_on_a_certificate_that_differs_is_shown_and_found() {
    let world = clinic("Beau Smith", "PT 12345");
    import(&world, &Pass { name: "Bo Smith", ..school() });
    let proposals = world.run(["record", "link", "--json"]).json();
    let record = proposals[0]["record"]["id"].as_str().expect("an id").to_owned();
    world.run(["record", "link", &record, "S-1"]).done();
    let matrix = world.run(["record", "matrix", "--exam", "brief", "--search", "bo smith"]);
    assert!(matrix.out.contains("Beau Smith") && matrix.out.contains("name on it: Bo Smith"), "{}", matrix.all());
}

#[test]
fn search_and_order_do_not_depend_on_accents() {
    for (name, key) in [
        ("Élodie", "elodie"),
        ("ŁUKASZ Đorđević", "lukasz dordevic"),
        ("Søren Ærø", "soren aero"),
        ("Þóra Œuvre", "thora oeuvre"),
        ("Straße", "strasse"),
        ("Işık  İnan", "isik inan"),
    ] {
        assert_eq!(search_key(name), key);
    }
    let world = World::new();
    for name in ["Zoe", "Élodie", "Edgar", "Özlem", "Łukasz", "Olaf"] {
        world.run(["trainee", "add", name]).done();
    }
    let people = world.run(["trainee", "list", "--json"]).json();
    let names: Vec<_> = people.as_array().expect("a list").iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["Edgar", "Élodie", "Łukasz", "Olaf", "Özlem", "Zoe"]);
    let found = world.run(["record", "matrix", "--search", "elodie"]);
    assert!(found.out.contains("Élodie") && !found.out.contains("Edgar"), "{}", found.all());
}
