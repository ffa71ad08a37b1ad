//! Reads the write-ahead log of a store without SQLite, to decide whether SQLite may apply it.
//!
//! SQLite takes the longest valid start of a log and drops the rest without a word. It also applies a log to any file of
//! that name. So before the first connection, this reader checks whose log it is and whether it is whole.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::page::{is_page_size, leaf_rows, row_values};
use crate::store::StoreIdentity;

/// The length of the header of a log, in bytes.
pub(super) const HEADER_LENGTH: usize = 32;
/// The length of the header of a frame, before its page, in bytes.
pub(super) const FRAME_HEADER_LENGTH: usize = 24;
/// The first number of a log. The lowest bit says whether checksums read their words in big-endian order.
const MAGIC: u32 = 0x377F_0682;

/// A page in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) page_number: u32,
    pub(super) page: &'a [u8],
}

/// The state of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LogState {
    /// The store after the first commit in the log, as far as the log says.
    pub(super) first: Option<StoreIdentity>,
    /// The store after the last valid commit in the log, as far as the log says.
    pub(super) last: Option<StoreIdentity>,
    /// The number of valid commits.
    pub(super) commit_count: u64,
    /// The number of commits of the same run that follow the last valid one. A power cut can leave one that was never
    /// acknowledged. With more, the log is damaged.
    pub(super) commits_after: u64,
}

/// Two sums over the bytes of a log, which continue from frame to frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Checksum {
    sums: (u32, u32),
    is_big_endian: bool,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: &[u8]| {
            let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
            if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        let (mut first, mut second) = self.sums;
        for pair in bytes.chunks_exact(8) {
            first = first.wrapping_add(word(&pair[..4])).wrapping_add(second);
            second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
        }
        self.sums = (first, second);
    }
}

fn number(bytes: &[u8], offset: usize) -> u32 {
    bytes.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The header of a log.
#[derive(Debug, Clone, Copy)]
struct LogHeader {
    page_size: usize,
    salts: (u32, u32),
    checksum: Checksum,
}

impl LogHeader {
    /// Reads a header. Returns `None` if it is damaged, because then SQLite takes nothing from the log.
    fn read(bytes: &[u8; HEADER_LENGTH]) -> Option<Self> {
        let magic = number(bytes, 0);
        let page_size = usize::try_from(number(bytes, 8)).ok()?;
        let mut checksum = Checksum { sums: (0, 0), is_big_endian: magic & 1 == 1 };
        checksum.add(&bytes[..24]);
        let is_valid =
            magic & !1 == MAGIC && is_page_size(page_size) && checksum.sums == (number(bytes, 24), number(bytes, 28));
        is_valid.then_some(Self { page_size, salts: (number(bytes, 16), number(bytes, 20)), checksum })
    }
}

/// Reads the state of the log at `path`. A log without a valid commit has the default state.
///
/// # Errors
/// The log cannot be opened or read.
pub(super) fn read_state(path: &Path) -> io::Result<LogState> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut state = LogState::default();
    let mut header = [0; HEADER_LENGTH];
    if !read_whole(&mut reader, &mut header)? {
        return Ok(state);
    }
    let Some(LogHeader { page_size, salts, mut checksum }) = LogHeader::read(&header) else {
        // SQLite ignores such a log, so everything in it would be lost.
        state.commits_after = if reader.read(&mut [0])? > 0 { 2 } else { 0 };
        return Ok(state);
    };
    let mut frame = vec![0; FRAME_HEADER_LENGTH + page_size];
    let (mut is_valid, mut identity) = (true, None);
    while read_whole(&mut reader, &mut frame)? {
        let (frame_header, page) = frame.split_at(FRAME_HEADER_LENGTH);
        let is_commit = number(frame_header, 4) != 0;
        // Frames of an earlier run of the log stay in the file until they are overwritten. They have other salts.
        if (number(frame_header, 8), number(frame_header, 12)) != salts {
            continue;
        }
        checksum.add(&frame_header[..8]);
        checksum.add(page);
        is_valid &= checksum.sums == (number(frame_header, 16), number(frame_header, 20));
        if !is_valid {
            state.commits_after += u64::from(is_commit);
            continue;
        }
        identity = page_identity(page, number(frame_header, 0)).or(identity);
        if is_commit {
            state.commit_count += 1;
            if state.first.is_none() && state.commit_count == 1 {
                state.first.clone_from(&identity);
            }
            state.last = identity.clone().or(state.last);
        }
    }
    Ok(state)
}

/// Passes every complete frame of a log to `visit`, in the order of the file, valid or not.
///
/// # Errors
/// The log cannot be opened or read.
pub(super) fn visit_frames(path: &Path, page_size: usize, mut visit: impl FnMut(Frame<'_>)) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut frame = vec![0; FRAME_HEADER_LENGTH + page_size];
    if !read_whole(&mut reader, &mut [0; HEADER_LENGTH])? {
        return Ok(());
    }
    while read_whole(&mut reader, &mut frame)? {
        let (frame_header, page) = frame.split_at(FRAME_HEADER_LENGTH);
        visit(Frame { page_number: number(frame_header, 0), page });
    }
    Ok(())
}

/// Fills `bytes`. Returns `false` if the file ends before.
pub(super) fn read_whole(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// Returns the store's identity if the page is the one that contains it: a table with one row, whose values are 32
/// hexadecimal digits and a number.
fn page_identity(page: &[u8], page_number: u32) -> Option<StoreIdentity> {
    let [row] = leaf_rows(page, page_number)[..] else { return None };
    let [id, commits] = row_values(row.local)?[..] else { return None };
    let (id, commits) = (id.as_text()?, commits.as_integer()?);
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(())?;
    Some(StoreIdentity { id: id.to_owned(), commits: u64::try_from(commits).ok()? })
}
