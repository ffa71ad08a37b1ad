//! Collects what is left in damaged files of a store, without SQLite.
//!
//! Every page of the file and of its log is read as if it were a leaf of a table. No index, no inner page and no header
//! is trusted. A row counts only if it matches its own digest, so a page that is old, moved or half destroyed can only
//! give true rows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use rusqlite::{Connection, params};

use super::guard::StoreFiles;
use super::log::{self, Frame};
use super::page::{FILE_HEADER_LENGTH, LeafRow, RawValue, is_page_size, leaf_rows, row_values};
use super::tables;
use crate::attempt::chain::{SaltedPayload, StoredFact};
use crate::attempt::fact::kind_label;
use crate::clock::Timestamp;
use crate::ids::{Digest, FactId, StreamId, from_hex};
use crate::store::StoreError;

/// The tables for what was found. Facts and payloads are matched only after all files were read.
const FOUND_TABLES: &str = "
    CREATE TEMP TABLE found_fact (id TEXT, stream TEXT, seq BIGINT, kind TEXT, at BIGINT, body TEXT, prev TEXT,
        digest TEXT PRIMARY KEY, source BIGINT);
    CREATE INDEX temp.found_fact_stream ON found_fact (stream, seq);
    CREATE TEMP TABLE found_payload (fact TEXT, salt TEXT, payload TEXT, PRIMARY KEY (fact, salt, payload));";

/// Reads all pages of the sources and stores what is whole in the empty store of `target`. If two sources have different
/// versions of a chain, the earlier source counts.
///
/// # Errors
/// The target cannot be written.
pub(super) fn salvage_into(target: &Connection, sources: &[StoreFiles]) -> Result<(), StoreError> {
    target.execute_batch(FOUND_TABLES)?;
    for (number, source) in sources.iter().enumerate() {
        let mut scan = Scan { target, source: number, files: source, main: None, page_size: 4096, failure: None };
        scan.run();
        scan.failure.map_or(Ok(()), Err)?;
    }
    let mut statement = target.prepare("SELECT DISTINCT stream FROM found_fact ORDER BY stream")?;
    let streams = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut erasures = Vec::new();
    for stream in streams.iter().filter_map(|stream| stream.parse().ok()) {
        for fact in choose_chain(found_chain(target, stream)?) {
            let fact = StoredFact { salted_payload: found_payload(target, &fact)?, ..fact };
            if kind_label(&fact.kind) == "erased" {
                erasures.push(fact.clone());
            }
            tables::insert_fact(target, &fact)?;
        }
    }
    // A log or an older file can contain what was erased later.
    for erasure in erasures {
        tables::delete_person(target, erasure.stream.to_trainee_id())?;
        if let Some(SaltedPayload { salt, payload }) = &erasure.salted_payload {
            tables::insert_payload(target, erasure.id, salt, payload)?;
        }
    }
    Ok(())
}

/// Reads one source.
struct Scan<'a> {
    target: &'a Connection,
    /// The position of this source, from 0.
    source: usize,
    files: &'a StoreFiles,
    main: Option<File>,
    page_size: usize,
    /// The error of the target, which ends the scan.
    failure: Option<StoreError>,
}

/// Where the later pages of a row are looked for.
#[derive(Debug, Clone, Copy)]
enum OverflowSource<'a> {
    /// In the newest frames of the log, or else in the main file.
    LogFirst(&'a HashMap<u32, u64>),
    MainOnly,
}

impl Scan<'_> {
    /// Reads everything that can be read. A disk with a bad block has good ones too, so an error ends nothing.
    fn run(&mut self) {
        self.main = File::open(&self.files.main).ok();
        let mut log = File::open(&self.files.log).ok();
        self.page_size = self.find_page_size(log.as_mut());
        let mut page = vec![0; self.page_size];
        for number in 1..=self.main_page_count() {
            if self.failure.is_some() {
                break;
            }
            if !self.read_main_page(number, &mut page).unwrap_or(false) {
                continue;
            }
            self.visit_page(Frame { page_number: number, page: &page }, None, &[OverflowSource::MainOnly]);
        }
        let Some(mut log) = log else { return };
        let newest = self.newest_frames();
        let mut frames = Vec::new();
        let page_size = self.page_size;
        let _ = log::visit_frames(&self.files.log, page_size, |frame| {
            // Only leaves of tables have rows, so the others need not be kept.
            if !leaf_rows(frame.page, frame.page_number).is_empty() {
                frames.push((frame.page_number, frame.page.to_vec()));
            }
            if frames.len() >= 1024 {
                self.visit_frames(&mut frames, &mut log, &newest);
            }
        });
        self.visit_frames(&mut frames, &mut log, &newest);
    }

    /// Returns how many pages the main file has.
    fn main_page_count(&self) -> u32 {
        let length = self.main.as_ref().and_then(|main| main.metadata().ok()).map_or(0, |metadata| metadata.len());
        u32::try_from(length / self.page_size as u64).unwrap_or(u32::MAX)
    }

    fn visit_frames(&mut self, frames: &mut Vec<(u32, Vec<u8>)>, log: &mut File, newest: &HashMap<u32, u64>) {
        for (page_number, page) in frames.drain(..) {
            let places = [OverflowSource::LogFirst(newest), OverflowSource::MainOnly];
            self.visit_page(Frame { page_number, page: &page }, Some(log), &places);
        }
    }

    /// Returns the page size by the header of the file or of its log, or SQLite's default.
    fn find_page_size(&mut self, log: Option<&mut File>) -> usize {
        let mut header = [0; FILE_HEADER_LENGTH];
        let is_sound = |size: &usize| is_page_size(*size);
        let is_read = self.main.as_mut().is_some_and(|main| main.read_exact(&mut header).is_ok());
        let by_main = match usize::from(u16::from_be_bytes([header[16], header[17]])) {
            1 => 65_536,
            size => size,
        };
        let by_log = || {
            let mut header = [0; 12];
            log?.read_exact(&mut header).ok()?;
            usize::try_from(u32::from_be_bytes([header[8], header[9], header[10], header[11]])).ok()
        };
        Some(by_main).filter(|size| is_read && is_sound(size)).or_else(by_log).filter(is_sound).unwrap_or(4096)
    }

    /// Returns the position of the newest frame of each page in the log.
    fn newest_frames(&self) -> HashMap<u32, u64> {
        let (mut newest, mut offset) = (HashMap::new(), log::HEADER_LENGTH as u64);
        let _ = log::visit_frames(&self.files.log, self.page_size, |frame| {
            newest.insert(frame.page_number, offset + log::FRAME_HEADER_LENGTH as u64);
            offset += (log::FRAME_HEADER_LENGTH + self.page_size) as u64;
        });
        newest
    }

    /// Reads a page of the main file. Returns `false` after its end.
    fn read_main_page(&mut self, number: u32, page: &mut [u8]) -> io::Result<bool> {
        let offset = u64::from(number.saturating_sub(1)) * self.page_size as u64;
        match &mut self.main {
            Some(main) => read_at(main, offset, page),
            None => Ok(false),
        }
    }

    /// Takes all whole rows of a page.
    fn visit_page(&mut self, frame: Frame<'_>, mut log: Option<&mut File>, places: &[OverflowSource<'_>]) {
        for row in leaf_rows(frame.page, frame.page_number) {
            for place in places {
                let Some(whole) = self.whole_row(&row, log.as_deref_mut(), *place) else { continue };
                match row_values(&whole).map_or(Ok(false), |values| self.keep_row(&values)) {
                    Ok(true) => break,
                    Ok(false) => {}
                    Err(error) => {
                        self.failure = Some(error);
                        return;
                    }
                }
            }
        }
    }

    /// Returns the whole row with its parts in other pages, or `None` if one is missing.
    fn whole_row(
        &mut self,
        row: &LeafRow<'_>,
        mut log: Option<&mut File>,
        place: OverflowSource<'_>,
    ) -> Option<Vec<u8>> {
        let (mut whole, mut next) = (row.local.to_vec(), row.overflow_page);
        let mut page = vec![0; self.page_size];
        let mut visited = HashSet::new();
        while whole.len() < row.length {
            // A damaged chain can lead back to itself.
            let number = next.filter(|number| *number > 0 && visited.insert(*number))?;
            let in_log = match place {
                OverflowSource::LogFirst(newest) => newest.get(&number).zip(log.as_deref_mut()),
                OverflowSource::MainOnly => None,
            };
            let is_read = match in_log {
                Some((offset, log)) => read_at(log, *offset, &mut page).unwrap_or(false),
                None => self.read_main_page(number, &mut page).unwrap_or(false),
            };
            if !is_read {
                return None;
            }
            next = Some(u32::from_be_bytes([page[0], page[1], page[2], page[3]]));
            let part_length = (row.length - whole.len()).min(self.page_size - 4);
            whole.extend_from_slice(&page[4..4 + part_length]);
        }
        Some(whole)
    }

    /// Keeps a row of one of the three tables of facts, if it can be whole. Returns whether it was kept.
    fn keep_row(&self, values: &[RawValue<'_>]) -> Result<bool, StoreError> {
        match values {
            [id, stream, seq, kind, at, body, prev, digest] => {
                let Some(fact) = read_fact([*id, *stream, *kind, *body, *prev, *digest], *seq, *at) else {
                    return Ok(false);
                };
                if !fact.matches_its_digest() {
                    return Ok(false);
                }
                let sql = "INSERT OR IGNORE INTO found_fact (id, stream, seq, kind, at, body, prev, digest, source) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
                let (id, stream) = (fact.id.to_string(), fact.stream.to_string());
                let digests = [fact.payload_digest, fact.previous_digest, fact.digest].map(|digest| digest.to_string());
                let [body, prev, digest] = digests;
                let at = fact.stored_at.as_millis();
                let source = i64::try_from(self.source).unwrap_or(i64::MAX);
                let values = params![id, stream, fact.seq, fact.kind, at, body, prev, digest, source];
                self.target.prepare_cached(sql)?.execute(values)?;
                Ok(true)
            }
            [fact, salt, payload] => {
                let Some([fact, salt, payload]) = as_texts([*fact, *salt, *payload]) else { return Ok(false) };
                if fact.parse::<FactId>().is_err() || from_hex::<32>(salt).is_none() {
                    return Ok(false);
                }
                let sql = "INSERT OR IGNORE INTO found_payload (fact, salt, payload) VALUES ($1, $2, $3)";
                self.target.prepare_cached(sql)?.execute(params![fact, salt, payload])?;
                // Whether it is whole shows only beside its fact, so its other form is kept too.
                Ok(false)
            }
            [digest, text] => {
                let Some([digest, text]) = as_texts([*digest, *text]) else { return Ok(false) };
                if digest.parse() != Ok(Digest::of(text)) {
                    return Ok(false);
                }
                tables::insert_content(self.target, Digest::of(text), text)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// Reads `bytes` at an offset. Returns `false` if the file ends before.
fn read_at(file: &mut File, offset: u64, bytes: &mut [u8]) -> io::Result<bool> {
    file.seek(SeekFrom::Start(offset))?;
    log::read_whole(file, bytes)
}

fn as_texts<const N: usize>(values: [RawValue<'_>; N]) -> Option<[&str; N]> {
    let texts: Vec<&str> = values.into_iter().map(RawValue::as_text).collect::<Option<_>>()?;
    texts.try_into().ok()
}

/// Reads a fact without its payload.
fn read_fact(texts: [RawValue<'_>; 6], seq: RawValue<'_>, at: RawValue<'_>) -> Option<StoredFact> {
    let [id, stream, kind, body, prev, digest] = as_texts(texts)?;
    Some(StoredFact {
        id: id.parse().ok()?,
        stream: stream.parse().ok()?,
        seq: u32::try_from(seq.as_integer()?).ok()?,
        kind: kind.to_owned(),
        stored_at: Timestamp::from_millis(at.as_integer()?),
        payload_digest: body.parse().ok()?,
        previous_digest: prev.parse().ok()?,
        digest: digest.parse().ok()?,
        salted_payload: None,
    })
}

/// Returns all versions of the facts of a chain that were found, those of earlier sources first.
fn found_chain(target: &Connection, stream: StreamId) -> Result<Vec<StoredFact>, StoreError> {
    let sql = "SELECT f.id, f.stream, f.seq, f.kind, f.at, f.body, f.prev, f.digest, NULL, NULL FROM found_fact f \
               WHERE f.stream = $1 ORDER BY f.seq, f.source";
    let mut statement = target.prepare_cached(sql)?;
    Ok(statement.query_map([stream.to_string()], tables::read_fact)?.collect::<rusqlite::Result<_>>()?)
}

/// Chooses one fact for each position: one that follows the fact chosen before it, and of several the one of the
/// earliest source. So what the current store acknowledged wins over an older version that went on differently.
fn choose_chain(found: Vec<StoredFact>) -> Vec<StoredFact> {
    let mut by_seq: BTreeMap<u32, Vec<StoredFact>> = BTreeMap::new();
    for fact in found {
        by_seq.entry(fact.seq).or_default().push(fact);
    }
    let mut chosen: Vec<StoredFact> = Vec::new();
    for mut versions in by_seq.into_values() {
        let head = chosen.last().map_or(Digest::ZERO, |fact| fact.digest);
        let index = versions.iter().position(|fact| fact.previous_digest == head).unwrap_or(0);
        chosen.push(versions.swap_remove(index));
    }
    chosen
}

/// Returns the payload of a fact, if one that matches its digest was found.
fn found_payload(target: &Connection, fact: &StoredFact) -> Result<Option<SaltedPayload>, StoreError> {
    let mut statement = target.prepare_cached("SELECT salt, payload FROM found_payload WHERE fact = $1")?;
    let mut rows = statement.query([fact.id.to_string()])?;
    while let Some(row) = rows.next()? {
        let (salt, payload): (String, String) = (row.get(0)?, row.get(1)?);
        if let Some(salt) = from_hex::<32>(&salt)
            && Digest::of_concatenation(salt, &payload) == fact.payload_digest
        {
            return Ok(Some(SaltedPayload { salt, payload }));
        }
    }
    Ok(None)
}
