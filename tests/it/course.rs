//! The course: its files and their errors, reading it in full screen and in plain mode, and what a trainee keeps beside
//! questions.

use needlewise::bank::catalog::{BankOrigin, Catalog};
use needlewise::bank::course::{Block, parse_reading};
use needlewise::bank::course_check;
use needlewise::projections::attempts::AttemptRow;
use needlewise::view::course::{lay_out, plain_line};
use serde_json::json;

use crate::keys::with_small_banks;
use crate::reader::Reader;
use crate::stage::{PRACTICE_SMALL, START_EXAM, Stage, service};
use crate::world::World;

/// Returns a reading about the small bank with this body and these lines in its front matter.
fn reading(more: &str, body: &str) -> String {
    format!(
        "+++\nformat = 1\nid = \"first\"\ntitle = \"First things\"\norder = 1\nobjectives = [\"small/tell\"]\n\
         sources = [{{ id = \"small/book\", locator = \"p. 1\" }}]\n{more}+++\n\n{body}\n"
    )
}

/// Returns the rules and messages of the problems in a reading.
fn problems(text: &str) -> Vec<(&'static str, String)> {
    let parsed = parse_reading("first.md", text.as_bytes());
    assert_eq!(parsed.value.is_some(), parsed.problems.is_empty());
    parsed.problems.into_iter().map(|problem| (problem.rule, problem.message)).collect()
}

#[test]
fn the_built_in_course_teaches_every_objective_without_a_problem() {
    let catalog = Catalog::built_in();
    for (id, text) in needlewise::bank::built_in::READINGS {
        let parsed = parse_reading(&format!("{id}.md"), text.as_bytes());
        let reading = parsed.value.unwrap_or_else(|| panic!("{id}: {:?}", parsed.problems));
        assert_eq!(reading.head.id.as_str(), *id);
        let found: Vec<_> = course_check::check(&catalog, &reading, id, text).into_iter().map(|p| p.message).collect();
        assert_eq!(found, Vec::<String>::new(), "{id}");
        assert!(!reading.head.key_points.is_empty() && !reading.head.uncertain.is_empty(), "{id}");
    }
    for bank in catalog.banks() {
        assert_eq!(course_check::objectives_without_reading(&catalog, &bank.value), Vec::new());
    }
    let readings = &catalog.course().readings;
    assert!(readings.len() >= 25, "{}", readings.len());
    assert!(readings.windows(2).all(|pair| pair[0].head.order < pair[1].head.order));
}

#[test]
fn every_built_in_image_is_a_small_drawing_that_some_text_shows() {
    let catalog = Catalog::built_in();
    let in_readings = catalog.course().readings.iter().flat_map(|reading| &reading.body);
    let shown: Vec<_> = in_readings
        .filter_map(|block| if let Block::Image(image) = block { Some(image.file.as_str()) } else { None })
        .collect();
    assert!(needlewise::bank::built_in::IMAGES.len() >= 12);
    for (name, svg) in needlewise::bank::built_in::IMAGES {
        assert_eq!(course_check::image_fault(catalog.image(None, name)), None, "{name}");
        assert!(shown.contains(name), "{name} is in no reading");
        assert!(svg.len() < 256 * 1024 && svg.contains("viewBox=\"0 0 640 400\""), "{name}");
        assert!(svg.contains("Schematic, not to scale"), "{name}");
        let picture = needlewise::view::picture::draw(svg, 60, 20).expect("a drawing");
        assert_eq!((picture.rows.len(), picture.rows[0].len()), (19, 60), "{name}");
        let colors: std::collections::BTreeSet<_> = picture.rows.iter().flatten().map(|cell| cell.0).collect();
        assert!(colors.len() > 3, "{name} is empty");
    }
}

#[test]
fn a_reading_with_errors_says_what_is_wrong() {
    assert_eq!(problems(&reading("", "One paragraph.")), []);
    let cases = [
        ("no front matter".to_owned(), "front-matter", "the front matter is missing"),
        (reading("extra = 1\n", "Text."), "front-matter", "unknown field `extra`"),
        (reading("", "Text.").replace("format = 1", "format = 2"), "format", "the format 2 is newer than this program"),
        (reading("", "Text.").replace("small/tell", "tell"), "front-matter", "It must be the ID of a bank"),
        (reading("", "Text.").replace("[\"small/tell\"]", "[]"), "front-matter", "the reading names no objective"),
        (reading("", ""), "markdown", "the reading has no text"),
        (reading("", "# A title"), "markdown", "headings begin with ##"),
        (reading("", "A <b>bold</b> word"), "html", "the reading contains raw HTML"),
        (reading("", "See [this](https://example.org)."), "link", "a link leads to a question or a reading"),
        (reading("", "![A needle](needle.svg)"), "image", "an image must be an SVG file"),
        (reading("", "![A needle](images/../needle.svg)"), "image", "an image must be an SVG file"),
        (reading("", "![](images/needle.svg)"), "image", "the description of the image is empty"),
        (reading("", "Hidden\u{202e}text"), "L39", "U+202E"),
    ];
    for (text, rule, message) in cases {
        let found = problems(&text);
        assert!(found.iter().any(|(found, said)| *found == rule && said.contains(message)), "{message}: {found:?}");
    }
}

#[test]
fn bank_check_finds_what_a_reading_names_and_nobody_has() {
    let world = World::new().with_small_banks();
    let folder = world.path("data/question-banks");
    let check = |name: &str, text: String| {
        world.file(&format!("data/question-banks/course/{name}"), text);
        let said = world.run(["bank", "check", &folder]);
        (said.code, said.out)
    };
    let words = "word ".repeat(400);
    let (code, said) = check("first.md", reading("", &words));
    assert_eq!(code, 0, "{said}");
    let body = format!(
        "{words} [a](question:small/nothing) [b](reading:second) [c](question:small/one)\n\n![An arm](images/arm.svg)"
    );
    let (code, said) =
        check("first.md", reading("", &body).replace("small/tell", "small/other").replace("small/book", "small/film"));
    assert_eq!(code, 1, "{said}");
    for message in [
        "there is no objective \"small/other\"",
        "there is no source \"small/film\"",
        "there is no ready question \"small/nothing\"",
        "there is no reading \"second\"",
        "the image \"arm.svg\" does not exist",
    ] {
        assert!(said.contains(message), "{message} is missing in\n{said}");
    }
    let body = format!("{words}\n\n![An arm](images/arm.svg)");
    for (content, fault) in [
        ("<script/>", "contains <script>, which is not allowed"),
        ("<s:image xmlns:s='http://www.w3.org/2000/svg'/>", "contains <image>, which is not allowed"),
        ("<filter><feImage href='#a'/></filter>", "contains <feImage>, which is not allowed"),
        ("<use href=' other.svg#a'/>", "contains a link out of the file in <use>, which is not allowed"),
        ("<rect fill='url( \"other.svg#a\")'/>", "contains a link out of the file in <rect>, which is not allowed"),
        ("<rect>", "is not an SVG file: "),
    ] {
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{content}</svg>");
        world.file("data/question-banks/images/arm.svg", &svg);
        let (_, said) = check("first.md", reading("", &body));
        assert!(said.contains(fault), "{fault} is missing in\n{said}");
    }
    let sound = "<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(#a)'/><use href='#b'/></svg>";
    world.file("data/question-banks/images/arm.svg", sound);
    let (_, said) = check("first.md", reading("", &body));
    assert!(!said.contains("arm.svg"), "{said}");
    let (code, said) = check("second.md", reading("", "Short."));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the ID is \"first\", but the file is named \"second\""), "{said}");
    std::fs::remove_file(world.path("data/question-banks/course/second.md")).expect("deleted");
    let (code, said) = check("first.md", reading("", "Short."));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("the reading has 1 words") || said.contains("the reading has 1 word"), "{said}");
}

#[test]
fn an_objective_that_no_reading_teaches_is_a_warning_once_there_is_a_course() {
    let world = World::new().with_small_banks();
    let folder = world.path("data/question-banks");
    assert!(!world.run(["bank", "check", &folder]).out.contains("no reading teaches"));
    let mut bank = crate::world::small_bank();
    bank["objectives"].as_array_mut().expect("a list").push(json!({ "id": "more", "text": "Tell more" }));
    bank["questions"][0]["objective"] = json!("more");
    world.file("data/question-banks/small.json", bank.to_string());
    world.file("data/question-banks/course/first.md", reading("", &"word ".repeat(400)));
    let said = world.run(["bank", "check", &folder]);
    assert!(said.out.contains("no reading teaches the objective \"more\""), "{}", said.all());
}

#[test]
fn a_folder_replaces_a_built_in_reading_and_a_broken_one_hides_it() {
    let world = World::new().with_small_banks();
    let own = |body: &str| reading("", body).replace("\"first\"", "\"screening\"");
    world.file("data/question-banks/course/screening.md", own("Our own words."));
    let folder = std::path::PathBuf::from(world.path("data/question-banks"));
    let read = || {
        let mut catalog = Catalog::built_in();
        catalog.add_folder(&folder, &BankOrigin::DataDirectory).expect("a folder");
        catalog
    };
    let catalog = read();
    let found = catalog.course().reading(&"screening".parse().expect("an ID")).expect("a reading");
    assert_eq!(plain_line(&lay_out(&found.body, 72)[0]), "Our own words.");
    world.file("data/question-banks/course/screening.md", own("<b>"));
    let catalog = read();
    assert!(catalog.course().reading(&"screening".parse().expect("an ID")).is_none());
    assert_eq!(catalog.problems().len(), 1);
}

#[test]
fn blocks_are_laid_out_in_lines_that_fit() {
    let body = "A paragraph with **strong words** in it.\n\n## A heading\n\n1. The first item is long enough to wrap\n2. Second\n   - Inner\n\n\
        | Sign | Act |\n|---|---|\n| Pain | Stop |\n| A very long sign that does not fit | Call 911 |\n\n![A needle](images/needle.svg)";
    let reading = parse_reading("first.md", reading("", body).as_bytes()).value.expect("a reading");
    let shown = |columns: usize| -> Vec<String> { lay_out(&reading.body, columns).iter().map(plain_line).collect() };
    assert_eq!(
        shown(24),
        [
            "A paragraph with strong",
            "words in it.",
            "",
            "A heading",
            "",
            "1. The first item is",
            "   long enough to wrap",
            "2. Second",
            "   • Inner",
            "",
            "Sign: Pain",
            "Act: Stop",
            "",
            "Sign: A very long sign",
            "that does not fit",
            "Act: Call 911",
            "",
            "Drawing: A needle",
        ]
    );
    let wide = shown(72);
    assert!(wide.contains(&"Sign                                 Act".to_owned()), "{wide:#?}");
    assert!(wide.contains(&"Pain                                 Stop".to_owned()), "{wide:#?}");
}

#[test]
fn reading_to_the_end_counts_and_a_place_in_the_middle_is_kept() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    let contents = stage.press("r").text();
    assert!(contents.contains("0 of 29 readings read"), "{contents}");
    let first = stage.press("enter").text();
    assert!(first.contains("1 of 30") || first.contains("1 of 29"), "{first}");
    let contents = stage.press("pgdn pgdn esc").text();
    assert!(contents.contains("min, begun)"), "{contents}");
    let again = stage.press("enter").text();
    assert!(!again.contains(first.lines().nth(3).expect("a line")), "it opens where it was left:\n{again}");
    let contents = stage.press("end esc").text();
    assert!(contents.contains("min, read)") && contents.contains("1 of 29 readings read"), "{contents}");
}

#[test]
fn the_contents_can_be_searched_and_links_lead_on() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    let found = stage.press("r").type_text("eye socket").text();
    assert!(found.contains("lung"), "{found}");
    let by_title = stage.press("ctrl-u").type_text("consent").text();
    let first = by_title.lines().find(|line| line.contains(" min")).expect("a reading").to_lowercase();
    assert!(first.contains("consent"), "a title with the word comes first:\n{by_title}");
    stage.press("ctrl-u").type_text("eye socket");
    let nothing = stage.type_text(" xylophone").text();
    assert!(nothing.contains("No reading contains these words."), "{nothing}");
    let next = stage.press("esc r enter right").text();
    assert!(next.contains("2 of 29"), "{next}");
    let practice = stage.press("p").text();
    assert!(practice.contains("practice") && practice.contains("question 1 of "), "{practice}");
    let back = stage.press("esc").text();
    assert!(back.contains("2 of 29"), "leaving the practice leads back to the reading:\n{back}");
    let selected = stage.press("tab").text();
    assert!(selected.contains("▸ "), "{selected}");
    let opened = stage.press("enter").text();
    assert!(opened.contains("question 1 of") || opened.contains(" of 29"), "{opened}");
}

/// From a reading, a practice can start above another one. Each keeps its own answers.
#[test]
fn an_answer_is_stored_in_the_practice_on_screen() {
    let mut stage = Stage::with(120, 60, |_| {});
    let reader = Reader::of(None);
    let answer = |stage: &mut Stage| {
        let keys = reader.keys(&stage.text());
        let shown = stage.type_text(&keys).press("enter").text();
        assert!(shown.contains("✓ Correct"), "{shown}");
    };
    stage.press("p space enter");
    answer(&mut stage);
    stage.pass(1000);
    let above = stage.press("r").press("p").text();
    assert!(above.contains("question 1 of "), "{above}");
    answer(&mut stage);
    let below = stage.press("esc").press("esc").press("enter").text();
    assert!(below.contains("question 2 of "), "{below}");
    answer(&mut stage);
    let again = stage.press("enter").text();
    assert!(again.contains("question 3 of "), "{again}");
    let services = service(stage.home.path(), &stage.time);
    let trainee = services.people().list().expect("people")[0].id;
    let mut rows = services.attempts().open_attempts(trainee).expect("attempts");
    rows.sort_by_key(|row| row.started_at);
    let answered = |row: &AttemptRow| {
        let session = services.attempts().load(row.id).expect("an attempt").session;
        session.question_count() - session.unanswered_indexes().len()
    };
    assert_eq!(rows.iter().map(answered).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_link_to_another_reading_leads_back() {
    let mut stage = Stage::with(120, 60, |_| {});
    let found = stage.press("r").type_text("what dry needling is").press("enter").text();
    let title = found.lines().next().expect("a title").to_owned();
    assert!(title.contains("What dry needling is"), "{title}");
    let other = stage.press("tab enter").text();
    assert!(!other.contains(&title), "{other}");
    let back = stage.press("esc").text();
    assert!(back.contains(&title), "{back}");
}

#[test]
fn the_course_and_the_notes_are_closed_during_an_exam_but_a_report_is_not() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    let menu = stage.press(START_EXAM).press(".").text();
    assert!(menu.contains("report a problem") && !menu.contains("write a note"), "{menu}");
    let saved = stage.press("p").type_text("Two keys").press("enter").text();
    assert!(saved.contains("Your report is saved."), "{saved}");
    let home = stage.press("ctrl-c enter").press("esc esc").text();
    assert!(home.contains("Resume the exam"), "{home}");
    let closed = stage.press("r").text();
    assert!(closed.contains("closed while your exam is in progress"), "{closed}");
}

#[test]
fn a_note_and_a_bookmark_are_kept_with_the_question() {
    let mut stage = Stage::with(80, 24, with_small_banks);
    stage.press(PRACTICE_SMALL);
    // With Alt, the key works in a text field too.
    let typing = stage.press("alt-n").text();
    assert!(typing.contains("Only you see it"), "{typing}");
    let saved = stage.type_text("Ask the instructor").press("enter").text();
    assert!(saved.contains("The note is saved."), "{saved}");
    let marked = stage.press(". b").text();
    assert!(marked.contains("The bookmark is set."), "{marked}");
    let listed = stage.press("ctrl-c").press("/").text();
    assert!(listed.contains("bookmarked, note: Ask the instructor"), "{listed}");
    let found = stage.type_text("instructor").text();
    assert!(found.contains("note: Ask the instructor"), "{found}");
    stage.press("enter");
    let again = stage.press("alt-n").text();
    assert!(again.contains("Ask the instructor"), "the note can be changed:\n{again}");
    let deleted = stage.press("ctrl-u enter").text();
    assert!(deleted.contains("The note is deleted."), "{deleted}");
}

#[test]
fn notes_in_plain_mode_do_the_same() {
    let world = World::new().with_small_banks();
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let said = world.run(["note", "list"]);
    assert_eq!((said.code, said.out.as_str()), (0, "No notes, bookmarks or reports.\n"));
    let said = world.run(["note", "write", "small/one", "Look it up"]);
    assert_eq!(said.out, "small/one: note: Look it up\n");
    assert_eq!(world.run(["note", "bookmark", "small/one"]).out, "small/one: bookmarked, note: Look it up\n");
    let practice = world.run(["practice", "small", "--filter", "bookmarked", "--count", "all", "--plain"]);
    assert!(
        practice.out.contains("What about one?") && !practice.out.contains("What about holds?"),
        "{}",
        practice.all()
    );
    let said = world.run(["note", "report", "small/one", "Two keys"]);
    assert_eq!(said.out, "small/one: bookmarked, 1 problem reported, note: Look it up\n");
    assert_eq!(world.run(["note", "write", "small/one", ""]).out, "small/one: bookmarked, 1 problem reported\n");
    let reports = world.run(["bank", "reports", "small", "--json"]).json();
    assert_eq!(reports[0]["text"], json!("Two keys"));
    assert!(!world.run(["bank", "reports"]).out.contains("Amira"), "a report does not say who wrote it");
    assert_eq!(world.run(["note", "write", "small/nothing", "x"]).code, 2);
    assert_eq!(world.run(["note", "report", "small/one", " "]).code, 1);
    let long = "x".repeat(5000);
    assert_eq!(world.run(["note", "write", "small/one", &long]).code, 1);
    world.run(["trainee", "erase", "Amira Okafor", "--yes"]);
    assert_eq!(world.run(["bank", "reports"]).out, "No problems were reported.\n");
}

#[test]
fn plain_mode_prints_the_contents_and_a_reading_and_marks_it_as_read() {
    let world = World::new().with_small_banks();
    let contents = world.run(["course", "--plain"]);
    assert_eq!(contents.code, 0, "{}", contents.all());
    assert_eq!(contents.out.lines().count(), 29);
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let text = world.run(["course", "screening", "--plain"]);
    assert!(text.out.lines().all(|line| line.chars().count() <= 72 || line.contains("needlewise ")), "{}", text.out);
    for part in ["Key points", "What is uncertain", "Sources", "needlewise practice --question "] {
        assert!(text.out.contains(part), "{part}");
    }
    assert!(world.run(["course", "--plain"]).out.contains("screening: "));
    assert!(world.run(["course", "--plain"]).out.contains(", read)"));
    let found = world.run(["course", "--search", "eye socket"]);
    assert!(found.out.contains("away-from-the-lung"), "{}", found.all());
    assert_eq!(world.run(["course", "--search", "xylophone"]).code, 1);
    let unknown = world.run(["course", "nothing", "--plain"]);
    assert!(unknown.code == 2 && unknown.err.contains("There is no reading \"nothing\""), "{}", unknown.all());
}

/// Returns a home with a bank whose first question has a drawing of these colors.
fn with_drawing(home: &std::path::Path, color: &str) {
    with_small_banks(home);
    let banks = home.join("data/question-banks");
    let mut bank = crate::world::small_bank();
    let question = bank["questions"].as_array_mut().expect("a list").first_mut().expect("a question");
    question["image"] = json!({ "file": "arm.svg", "alt": "An arm with a mark at the elbow" });
    bank["questions"] = json!([question]);
    std::fs::write(banks.join("small.json"), bank.to_string()).expect("a bank");
    std::fs::create_dir_all(banks.join("images")).expect("a folder");
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 40'><rect width='64' height='40' fill='{color}'/></svg>"
    );
    std::fs::write(banks.join("images/arm.svg"), svg).expect("a drawing");
}

/// Opens the practice of the question with the drawing in a theme.
fn drawing(theme: needlewise::tui::theme::Theme) -> Stage {
    use needlewise::tui::app::App;
    use needlewise::tui::jobs::Jobs;
    use needlewise::tui::perform::ServiceExecutor;
    use needlewise::tui::screens::Route;
    let make_app =
        |service, person| App::new(ServiceExecutor::new(service, Some(person)), Jobs::inline(), theme, Route::Home);
    Stage::with_app(80, 24, |home| with_drawing(home, "#c00000"), make_app).press_and_take(PRACTICE_SMALL)
}

#[test]
fn a_question_shows_its_drawing_in_color_and_its_description_everywhere() {
    use needlewise::tui::theme::Theme;
    for (theme, is_drawn) in [(Theme::DARK, true), (Theme::LIGHT, true), (Theme::SIXTEEN, false), (Theme::NONE, false)]
    {
        let mut stage = drawing(theme);
        stage.pass(1);
        let text = stage.text();
        assert!(text.contains("Drawing: An arm with a mark at the elbow"), "{text}");
        assert_eq!(text.contains("▀▀▀▀"), is_drawn, "{}: {text}", theme.name);
        assert!(text.contains("What about one?") && text.contains("A  "), "the choices stay on the screen:\n{text}");
    }
}

/// A drawing could otherwise show a private file, or never end at a device.
#[test]
fn a_drawing_reads_no_other_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.svg");
    let red = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8' fill='red'/></svg>";
    std::fs::write(&other, red).expect("a drawing");
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><image width='8' height='8' href='{}'/></svg>",
        other.display()
    );
    let drawn = needlewise::view::picture::draw(&svg, 8, 4).expect("a drawing");
    assert!(drawn.rows.iter().flatten().all(|cell| *cell == ([255; 3], [255; 3])), "the other file was drawn");
}

#[test]
fn an_attempt_keeps_the_drawing_that_it_showed() {
    let world = World::new();
    with_drawing(world.home.path(), "#c00000");
    world.run(["trainee", "add", "Amira Okafor"]).done();
    let first = world.run(["practice", "small", "--plain"]);
    assert!(first.out.contains("Drawing: An arm with a mark at the elbow"), "{}", first.all());
    let stored = |color: &str| -> i64 {
        let sql = "SELECT count(*) FROM stored_content WHERE text LIKE '%' || ?1 || '%'";
        world.database().query_row(sql, [color], |row| row.get(0)).expect("a count")
    };
    assert_eq!(stored("#c00000"), 1);
    // Another drawing is another content of the question.
    with_drawing(world.home.path(), "#00c000");
    world.run(["practice", "small", "--plain"]);
    assert_eq!((stored("#c00000"), stored("#00c000")), (1, 1));
    assert_eq!(stored("arm.svg"), 2, "the question names its drawing by digest");
    assert_eq!(world.run(["doctor"]).code, 0);
}

#[test]
fn a_missing_drawing_leaves_its_description_and_is_an_error_for_the_author() {
    let world = World::new();
    with_drawing(world.home.path(), "#c00000");
    std::fs::remove_file(world.path("data/question-banks/images/arm.svg")).expect("deleted");
    world.run(["trainee", "add", "Amira Okafor"]).done();
    assert!(world.run(["practice", "small", "--plain"]).out.contains("Drawing: An arm"));
    let checked = world.run(["bank", "check", &world.path("data/question-banks")]);
    assert!(checked.code == 1 && checked.out.contains("the image \"arm.svg\" does not exist"), "{}", checked.all());
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_of_images_is_refused() {
    let world = World::new();
    with_drawing(world.home.path(), "#c00000");
    let secret = world.file("secret.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    let image = world.path("data/question-banks/images/arm.svg");
    std::fs::remove_file(&image).expect("deleted");
    std::os::unix::fs::symlink(secret, &image).expect("a link");
    let checked = world.run(["bank", "check", &world.path("data/question-banks")]);
    assert!(checked.out.contains("the file is outside the folder"), "{}", checked.all());
}

#[test]
fn a_review_sheet_begins_with_the_critical_questions() {
    let world = World::new();
    let sheet = world.run(["bank", "show", "risks", "--review"]).out;
    let headings: Vec<_> = sheet.lines().filter(|line| line.starts_with("## ")).collect();
    let critical = headings.iter().take_while(|line| line.contains("safety-critical")).count();
    assert_eq!(critical, sheet.matches("(safety-critical").count(), "all critical questions come first");
    assert!(critical > 20 && headings.len() > 60, "{critical} of {}", headings.len());
    for part in ["Objective: ", "Covers: ", "Rationale: ", "https://doi.org/", "Correct ☐"] {
        assert!(sheet.contains(part), "{part}");
    }
}
