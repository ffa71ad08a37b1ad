//! Rendered certificates: every format contains the credential, and a name is drawn correctly or not at all.

use needlewise::credential::render::fonts::FontWeight;
use std::sync::Arc;

use needlewise::clock::Millis;
use needlewise::credential::branding::{Appearance, Logo, PaperSize};
use needlewise::credential::render::front_page;
use needlewise::credential::render::measure::TextMeasure;
use needlewise::credential::render::page::{BlockRole, CertificatePage, Page, TextStyle};
use needlewise::credential::render::receipt::{self, Receipt, ReceiptEntry};
use needlewise::credential::render::{CertificateFormat, CertificateRenderer, Fonts, RenderError, logo};
use needlewise::credential::{Assurance, Credential, TrustList, VerificationResult, carrier, qr_text, verify};
use needlewise::ids::Digest;
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Group, Node, Options, Tree};

use crate::pass::{Pass, moment, school_branding};
use crate::world::World;

const SECTIONS: &[&str] = &[
    "Contraindications",
    "Risks and adverse events",
    "Aftercare",
    "Mechanism of action",
    "Differences from acupuncture",
    "Candidacy, consent and screening",
    "Procedure and infection control",
    "Practice, law and documentation",
];

const STATEMENT: &str = "Written knowledge test only. Hands-on skill was not assessed. Not a license, board certification or \
                         permission to practice; state law and the holder's license decide.";

/// Returns a certificate as a school would issue it.
fn school() -> Pass<'static> {
    Pass {
        name: "Amira Okafor",
        title: "Foundations of dry needling",
        statement: STATEMENT,
        issuer: "Northside School of Physical Therapy",
        sections: SECTIONS,
        assurance: Assurance::Unsupervised,
        ..Pass::default()
    }
}

fn drawn(pass: &Pass<'_>, format: CertificateFormat) -> Result<Vec<u8>, RenderError> {
    let text = pass.certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    CertificateRenderer::new(&credential, &text, &Appearance::default(), &Fonts::default()).write(format)
}

#[test]
fn every_format_carries_the_credential_byte_for_byte() {
    let text = school().certificate();
    for format in CertificateFormat::ALL {
        let bytes = drawn(&school(), format).unwrap_or_else(|why| panic!("{format:?}: {why}"));
        let carried = carrier::extract_credential(&bytes).unwrap_or_else(|why| panic!("{format:?}: {}", why.reason));
        assert_eq!(String::from_utf8(carried).expect("a text"), text, "{format:?}");
        let again = drawn(&school(), format).expect("drawn");
        assert!(again == bytes, "{format:?} differs when drawn again");
    }
}

#[test]
fn several_formats_from_one_layout_equal_those_written_alone() {
    let text = school().certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    let fonts = Fonts::default();
    let appearance = Appearance::default();
    let renderer = CertificateRenderer::new(&credential, &text, &appearance, &fonts);
    for format in CertificateFormat::ALL {
        let together = renderer.write(format).unwrap_or_else(|why| panic!("{format:?}: {why}"));
        assert!(together == drawn(&school(), format).expect("drawn"), "{format:?}");
    }
}

/// Returns the built-in fonts and a third one, once for usvg and once for certificates.
fn three_faces() -> (Arc<Database>, Fonts) {
    let mut database = Database::new();
    for face in [dejavu::sans::regular(), dejavu::sans::bold(), dejavu::serif::regular()] {
        database.load_font_data(face.to_vec());
    }
    (Arc::new(database), Fonts::with_extra(vec![dejavu::serif::regular().to_vec()]))
}

/// Returns the width of a line that usvg lays out itself, as a reference for [`TextMeasure`].
fn drawn_width(database: &Arc<Database>, text: &str, size: f32, weight: FontWeight) -> f32 {
    let weight = weight.svg_name();
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9999\" height=\"99\"><text y=\"50\" font-family=\"DejaVu Sans\" \
         font-size=\"{size}\" font-weight=\"{weight}\" xml:space=\"preserve\">{text}</text></svg>"
    );
    let options = Options { fontdb: Arc::clone(database), ..Options::default() };
    Tree::from_str(&svg, &options).expect("a picture").root().bounding_box().width()
}

#[test]
fn a_line_is_measured_as_wide_as_it_is_drawn() {
    let (database, fonts) = three_faces();
    let measure = TextMeasure::new(&fonts);
    let scripts = [
        "Amira Okafor",
        "AVATAR Wolfe, To",
        "office, affluent, fjord",
        "Ελένη Παπαδοπούλου",
        "Жанна Иванова",
        "דוד בן־גוריון",
        "محمد عبد الرحمن الخطيب",
        "Dr. محمد Smith (2026), דוד",
    ];
    let marks = ["A\u{30A}ngstro\u{308}m", "Nguye\u{302}\u{303}n", "שָׁלוֹם", "مُحَمَّد", "می\u{200C}خواهم", "Jean\u{A0}Luc"];
    // Only the regular font has 𝖠, only the bold one 𝗔, and only the third one 𝐵.
    let fallbacks = ["𝖠lma", "𝗔lma", "𝖠lma 𝗔lma", "Amira 𝐵", "𝐵𝗔 Lee", "𝐵 محمد"];
    for text in scripts.into_iter().chain(marks).chain(fallbacks) {
        assert_eq!(fonts.first_missing_char(text), None, "{text}");
        let weights = [FontWeight::Regular, FontWeight::Bold];
        for (size, weight) in [9.0, 44.0].into_iter().flat_map(|size| weights.map(|weight| (size, weight))) {
            let (measured, drawn) = (measure.width(text, size, weight), drawn_width(&database, text, size, weight));
            assert!((measured - drawn).abs() <= drawn / 100.0, "{text}: measured {measured}, drawn {drawn}");
        }
    }
    assert!(measure.width("", 9.0, FontWeight::Regular) == 0.0, "an empty line has no width");
}

#[test]
fn lines_break_where_the_drawn_text_would_be_too_wide() {
    const MAX_WIDTH: f32 = 160.0;
    let (database, fonts) = three_faces();
    let arabic = "محمد عبد الرحمن الخطيب ".repeat(6);
    let mixed = "Nguye\u{302}\u{303}n 𝐵 דוד בן־גוריון (2026) Жанна ".repeat(6);
    for text in [STATEMENT, &arabic, &mixed] {
        let mut expected: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let extended = expected.last().map(|line| format!("{line} {word}"));
            let extended = extended.filter(|line| drawn_width(&database, line, 9.0, FontWeight::Regular) <= MAX_WIDTH);
            if extended.is_some() {
                expected.pop();
            }
            expected.push(extended.unwrap_or_else(|| word.to_owned()));
        }
        let mut page = CertificatePage::new(&fonts, PaperSize::A4);
        page.add_paragraph((0.0, 0.0), TextStyle::plain(9.0), 11.0, text, MAX_WIDTH);
        let blocks = page.finish().expect("every character is there").blocks;
        let mut lines: Vec<(&str, String)> = Vec::new();
        for (attributes, words) in blocks[1].svg.split("</text>").filter_map(|element| element.rsplit_once('>')) {
            // The words of a right-to-left line are elements of their own at one height.
            let height = attributes.split_once(" y=").map_or("", |(_, rest)| rest).split(' ').next().unwrap_or("");
            match lines.last_mut().filter(|(last, _)| *last == height) {
                Some((_, line)) => *line += &format!(" {}", words.trim_end()),
                None => lines.push((height, words.trim_end().to_owned())),
            }
        }
        assert_eq!(lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_file_that_is_not_a_font_is_ignored() {
    let fonts = Fonts::with_extra(vec![b"no font".to_vec(), dejavu::serif::regular().to_vec()]);
    assert_eq!(fonts.first_missing_char("Amira 𝐵"), None);
    assert_eq!(fonts.first_missing_char("Amira 李"), Some('李'));
}

#[test]
fn text_that_would_end_an_xml_section_early_survives() {
    let pass = Pass { title: "]]> </svg> <&> \"exam\"", name: "A ]]> B & <C>", ..school() };
    let bytes = drawn(&pass, CertificateFormat::Svg).expect("drawn");
    assert_eq!(carrier::extract_credential(&bytes).expect("carried"), pass.certificate().into_bytes());
}

#[test]
fn the_qr_code_on_page_two_contains_the_whole_credential() {
    let text = school().certificate();
    let credential: Credential = serde_json::from_str(&text).expect("a credential");
    let packed = qr_text::encode(&credential).expect("packed");
    // The capacity of the largest QR code (version 40, level L) in alphanumeric mode.
    assert!(packed.len() < 4296, "{} characters", packed.len());
    let read: Credential = serde_json::from_slice(&qr_text::decode(&packed).expect("read")).expect("a credential");
    assert_eq!(read, credential.with_last_proof());
    for junk in ["", "hello", "0123", "::::::", &packed[..packed.len() / 2]] {
        let whole = qr_text::decode(junk).ok().and_then(|bytes| serde_json::from_slice::<Credential>(&bytes).ok());
        assert_eq!(whole, None, "{junk}");
    }
}

#[test]
fn names_in_five_scripts_and_of_any_length_are_drawn() {
    let long = "Wolfeschlegelsteinhausenbergerdorff Featherstonehaugh-Smythe";
    assert_eq!(long.chars().count(), 60);
    let longest = "Á ".repeat(60);
    for name in ["Bo", "Ελένη Παπαδοπούλου", "Жанна Иванова", "דוד בן־גוריון", "محمد عبد الرحمن الخطيب", long, &longest]
    {
        for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
            drawn(&Pass { name, ..school() }, format).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
}

/// Returns the boxes of all texts and pictures of a page, each with its text: left, top, right and bottom in points.
fn boxes(svg: &str) -> Vec<(String, [f32; 4])> {
    fn collect(group: &Group, boxes: &mut Vec<(String, [f32; 4])>) {
        for node in group.children() {
            match node {
                Node::Group(group) => collect(group, boxes),
                Node::Text(text) => {
                    let content: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    let bounds = text.flattened().bounding_box().transform(text.abs_transform()).expect("a box");
                    boxes.push((content, [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()]));
                }
                Node::Image(image) => {
                    let bounds = image.abs_bounding_box();
                    boxes.push(("logo".to_owned(), [bounds.left(), bounds.top(), bounds.right(), bounds.bottom()]));
                }
                Node::Path(_) => {}
            }
        }
    }
    let mut database = Database::new();
    for face in [dejavu::sans::regular(), dejavu::sans::bold()] {
        database.load_font_data(face.to_vec());
    }
    let options = Options { fontdb: Arc::new(database), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).expect("a picture");
    let mut boxes = Vec::new();
    collect(tree.root(), &mut boxes);
    boxes
}

/// Checks that every text and picture is inside the frame and over no other one.
fn assert_boxes_are_apart(what: &str, pass: &Pass<'_>, appearance: &Appearance) {
    let text = pass.certificate();
    let (credential, fonts): (Credential, _) = (serde_json::from_str(&text).expect("a credential"), Fonts::default());
    let renderer = CertificateRenderer::new(&credential, &text, appearance, &fonts);
    renderer.write(CertificateFormat::Pdf).unwrap_or_else(|why| panic!("{what}: {why}"));
    let boxes = boxes(&front_page::lay_out(&credential, appearance, &fonts).expect("a page").to_svg());
    assert!(boxes.len() > 10, "{what}");
    assert_apart(what, &boxes, appearance.paper, 30.0);
}

/// Checks that boxes are inside this margin of the layout and not over each other.
fn assert_apart(what: &str, boxes: &[(String, [f32; 4])], paper: PaperSize, margin: f32) {
    let (width, height) = paper.size();
    let margin = margin * width / 841.89;
    for (text, [left, top, right, bottom]) in boxes {
        let is_inside = *left > margin && *top > margin && *right < width - margin && *bottom < height - margin;
        assert!(is_inside, "{what}: \"{text}\" leaves the frame: {left} {top} {right} {bottom}");
    }
    // The ink of one text must not reach into another one. A point is less than a hair on paper.
    for (index, (text, one)) in boxes.iter().enumerate() {
        for (other_text, other) in &boxes[index + 1..] {
            let overlaps = one[0] + 1.0 < other[2]
                && other[0] + 1.0 < one[2]
                && one[1] + 1.0 < other[3]
                && other[1] + 1.0 < one[3];
            assert!(!overlaps, "{what}: \"{text}\" {one:?} overlaps \"{other_text}\" {other:?}");
        }
    }
}

#[test]
fn any_name_is_drawn_inside_the_frame_and_over_nothing_else() {
    let words = "Adéyẹmí ".repeat(15);
    let unbroken = "Ọ́".repeat(40);
    let wide = "W".repeat(120);
    let long = "Wolfeschlegelsteinhausenbergerdorff Featherstonehaugh-Smythe";
    let names = [
        "Bo",
        "Ọmọ́túndé",
        "Adébáyọ̀ Ọláẹ̀",
        "Naalnish Hózhǫ́",
        "M̃",
        "Ž̩ilė",
        "יוֹסֵף כֹּהֵן",
        "שָׂרָה כֹּהֵן",
        "مُحَمَّد الأَحْمَد",
        "محمد عبد الرحمن الخطيب",
        "Nguyễn Thị Hằng",
        "Ελένη Παπαδοπούλου",
        "Жанна Иванова",
        &words,
        &unbroken,
        &wide,
        long,
    ];
    for name in names {
        assert_boxes_are_apart(name, &Pass { name: name.trim(), ..school() }, &Appearance::default());
    }
}

/// Returns a logo with these many pixels.
fn logo(width: u32, height: u32) -> Logo {
    logo::make_logo(
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'><circle cx='50' cy='50' r='40'/></svg>"
        )
        .as_bytes(),
    )
    .expect("a logo")
}

#[test]
fn branding_of_any_length_is_drawn_inside_the_frame_and_over_nothing_else() {
    let long = "Featherstonehaugh ".repeat(6);
    let statement = format!("{STATEMENT} ").repeat(12);
    let mut branding = school_branding();
    branding.provider_number = Some(long.trim().to_owned());
    if let Some(signatory) = &mut branding.signatory {
        (signatory.name, signatory.description) = (long.trim().to_owned(), long.trim().to_owned());
    }
    let longest = Pass {
        issuer: long.trim(),
        name: long.trim(),
        license: Some(long.trim()),
        statement: statement.trim(),
        contact_hours: Some("999.75"),
        branding: Some(&branding),
        renews: Some(school().certificate_id()),
        ..school()
    };
    let usual_branding = school_branding();
    let mut wordy_branding = school_branding();
    if let Some(signatory) = &mut wordy_branding.signatory {
        "Prof. Dr. Maria Gonzalez-Featherstonehaugh, PT, DPT, OCS, FAAOMPT".clone_into(&mut signatory.name);
        "Director of continuing professional education and of the regional examination board"
            .clone_into(&mut signatory.description);
    }
    let wordy = Pass { branding: Some(&wordy_branding), ..school() };
    let usual = Pass { contact_hours: Some("1.5"), branding: Some(&usual_branding), ..school() };
    for paper in PaperSize::ALL {
        for logo in [None, Some(logo(100, 100)), Some(logo(3000, 200)), Some(logo(20, 900))] {
            let appearance = Appearance { paper, logo };
            assert_boxes_are_apart("usual", &usual, &appearance);
            assert_boxes_are_apart("wordy", &wordy, &appearance);
            assert_boxes_are_apart("longest", &longest, &appearance);
        }
    }
}

#[test]
fn a_logo_is_in_every_picture_and_its_pixels_are_all_that_is_left_of_it() {
    let text = school().certificate();
    let (credential, fonts): (Credential, _) = (serde_json::from_str(&text).expect("a credential"), Fonts::default());
    let (plain, branded) = (Appearance::default(), Appearance { logo: Some(logo(100, 100)), ..Appearance::default() });
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let with = CertificateRenderer::new(&credential, &text, &branded, &fonts).write(format).expect("drawn");
        let without = CertificateRenderer::new(&credential, &text, &plain, &fonts).write(format).expect("drawn");
        assert!(with != without, "{format:?}");
        assert_eq!(carrier::extract_credential(&with).expect("a credential"), text.as_bytes(), "{format:?}");
    }
    let kept = branded.logo.expect("a logo");
    assert_eq!(logo::read_logo(kept.png.clone()), Some(kept), "a stored logo is read back");
    assert_eq!(logo::read_logo(b"not a picture".to_vec()), None);
}

#[test]
fn a_logo_with_text_links_scripts_or_other_pictures_is_refused() {
    let svg = |content: &str| format!("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{content}</svg>");
    for (content, name) in [
        ("<text>Approved</text>", "\"text\""),
        ("<a href='https://example.org'/>", "\"a\""),
        ("<script>alert(1)</script>", "\"script\""),
        ("<image href='/etc/passwd'/>", "\"image\""),
        ("<use href='#a'/>", "\"use\""),
        ("<foreignObject/>", "\"foreignObject\""),
    ] {
        let refused = logo::make_logo(svg(content).as_bytes()).expect_err(content);
        assert!(refused.contains(name) && refused.contains("Save it as PNG"), "{refused}");
    }
    let doctype = "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    for file in [doctype.as_bytes(), b"GIF89a", b"", b"\x89PNG\r\n\x1a\nbroken", &vec![b' '; 201 * 1024]] {
        assert!(logo::make_logo(file).is_err());
    }
}

#[test]
fn a_self_test_record_looks_different_from_a_certificate() {
    let svg = |pass: &Pass<'_>| {
        let credential: Credential = serde_json::from_str(&pass.certificate()).expect("a credential");
        front_page::lay_out(&credential, &Appearance::default(), &Fonts::default()).expect("a page").to_svg()
    };
    assert!(svg(&Pass { assurance: Assurance::SelfAttested, ..school() }).contains("stroke-dasharray"));
    assert!(!svg(&school()).contains("stroke-dasharray"));
}

#[test]
fn the_words_of_a_right_to_left_name_are_in_reading_order_where_they_were() {
    for name in ["דוד לוי", "محمد عبد الرحمن الخطيب", "שָׂרָה כֹּהֵן"] {
        let fonts = Fonts::default();
        let mut page = CertificatePage::new(&fonts, PaperSize::A4);
        let style = TextStyle::plain(20.0).middle();
        page.add_line(BlockRole::Text, (300.0, 100.0), style, name);
        page.add_line(BlockRole::Text, (300.0, 200.0), style, &format!("{name} A"));
        let page = page.finish().expect("a page");
        let found = boxes(&page.to_svg());
        let words: Vec<_> = name.split(' ').collect();
        assert_eq!(found[..words.len()].iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), words);
        assert!(found[..words.len()].windows(2).all(|pair| pair[0].1[0] > pair[1].1[2]), "from right to left");
        let (left, right) = (found[words.len() - 1].1[0], found[0].1[2]);
        assert!((f32::midpoint(left, right) - 300.0).abs() < 3.0, "{name} is centered: {left} to {right}");
        // As wide as a renderer draws it in one piece.
        let measure = TextMeasure::new(&fonts);
        let width = measure.width(name, 20.0, FontWeight::Regular);
        assert!((right - left - width).abs() < 4.0, "{name}: {} and {width}", right - left);
    }
}

#[test]
fn a_character_missing_from_all_fonts_is_named_and_nothing_is_drawn() {
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let refused = drawn(&Pass { name: "李 Lee", ..school() }, format).expect_err("no such character");
        assert_eq!(refused, RenderError::MissingGlyph('李', "李 Lee".to_owned()));
        let said = refused.to_string();
        assert!(said.contains("李 (U+674E)") && said.contains("--font"), "{said}");
    }
    assert!(
        drawn(&Pass { name: "李 Lee", ..school() }, CertificateFormat::Json).is_ok(),
        "JSON needs no font, so any name works"
    );
}

#[test]
fn a_picture_with_no_or_two_credentials_is_refused() {
    let bytes = drawn(&school(), CertificateFormat::Svg).expect("drawn");
    let text = String::from_utf8(bytes).expect("a text");
    let start = text.find("<openbadges:credential>").expect("a credential");
    let end = text.find("</openbadges:credential>").expect("its end") + "</openbadges:credential>".len();
    let without = format!("{}{}", &text[..start], &text[end..]);
    let twice = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
    let said = |text: &str| carrier::extract_credential(text.as_bytes()).expect_err("refused").reason;
    assert_eq!(said(&without), "The picture contains no certificate. Copies can lose it: ask for the original file.");
    assert_eq!(said(&twice), "The picture contains more than one certificate. Ask the issuer for a new copy.");
    let entities = "<!DOCTYPE svg [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;&a;\">]><svg>&b;</svg>";
    assert!(said(entities).contains("cannot be read"), "{}", said(entities));
}

#[test]
fn a_carrier_truncated_or_changed_anywhere_causes_no_panic() {
    for format in [CertificateFormat::Svg, CertificateFormat::Png, CertificateFormat::Pdf] {
        let bytes = drawn(&school(), format).expect("drawn");
        let step = bytes.len() / 150;
        for at in (0..bytes.len()).step_by(step) {
            let _ = carrier::extract_credential(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let _ = carrier::extract_credential(&changed);
        }
    }
}

#[test]
fn a_scanned_code_is_verified_without_a_file() {
    let world = World::new();
    world.pass(Millis::from_hours(1));
    let text = school().certificate();
    let packed = qr_text::encode(&serde_json::from_str(&text).expect("a credential")).expect("packed");
    let said = world.run(["certificate", "verify", "--qr", &packed]);
    assert!(
        said.code == 1 && said.out.contains("code: untrusted") && said.out.contains("Amira Okafor"),
        "{}",
        said.all()
    );
    let junk = world.run(["certificate", "verify", "--qr", "HELLO"]);
    assert!(junk.code == 1 && junk.out.contains("code: invalid"), "{}", junk.all());
}

/// Returns the texts of the pages of a receipt, after checking that they are on the paper and over nothing else.
fn receipt_texts(entries: &[(&str, VerificationResult)], trust: &TrustList, paper: PaperSize) -> Vec<Vec<String>> {
    let entries = entries.iter().map(|(file, result)| ReceiptEntry { file, digest: Some(Digest::of(file)), result });
    let receipt = Receipt {
        verifier: "Dr. Núñez",
        checked_at: moment("2027-01-01T00:00:00Z"),
        entries: entries.collect(),
        trust,
        paper,
    };
    let pages = receipt::lay_out(&receipt, &Fonts::default()).expect("pages");
    receipt::write(&receipt, &Fonts::default()).expect("a PDF");
    let texts = |page: &Page| {
        assert_apart("receipt", &boxes(&page.to_svg()), paper, 40.0);
        page.blocks.iter().map(|block| block.text.clone()).filter(|text| !text.is_empty()).collect()
    };
    pages.iter().map(texts).collect()
}

#[test]
fn a_receipt_has_assurance_reason_digest_key_words_and_a_line_to_sign_on() {
    let trust = TrustList::default();
    let check = |text: &str| verify(text.as_bytes(), &trust, moment("2027-01-01T00:00:00Z"));
    let entries = [
        ("amira.pdf", check(&school().certificate())),
        ("li.pdf", check(&Pass { name: "李 Lee", ..school() }.certificate())),
        ("photo.jpg", check("{}")),
    ];
    let pages = receipt_texts(&entries, &trust, PaperSize::Letter);
    insta::assert_snapshot!(pages.iter().map(|page| page.join("\n")).collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn a_receipt_of_many_files_names_every_one_in_full_on_numbered_pages() {
    let trust = TrustList::default();
    let long = "Featherstonehaugh ".repeat(6);
    let names: Vec<String> = (0..60)
        .map(|number| if number % 7 == 0 { format!("{long}{number}") } else { format!("Person {number}") })
        .collect();
    let certificate = |name: &String| {
        verify(
            Pass { name, title: long.trim(), issuer: long.trim(), ..school() }.certificate().as_bytes(),
            &trust,
            moment("2027-01-01T00:00:00Z"),
        )
    };
    let file = "a folder/".repeat(20);
    let entries: Vec<_> = names.iter().map(|name| (file.as_str(), certificate(name))).collect();
    for paper in PaperSize::ALL {
        let pages = receipt_texts(&entries, &trust, paper);
        assert!(
            pages.len() > 5 && pages[4][0] == format!("Verification receipt, page 5 of {}", pages.len()),
            "{}",
            pages.len()
        );
        let texts: Vec<_> = pages.concat();
        assert!(names.iter().all(|name| texts.contains(name)), "every name is in full");
        assert_eq!(texts.last().map(String::as_str), Some("Date"));
    }
}
