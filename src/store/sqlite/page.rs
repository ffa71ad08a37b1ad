//! Reads single pages of a SQLite file without SQLite: the rows of a leaf page, and the values of a row.
//!
//! It trusts nothing in a page. A wrong number gives no row and never a panic, because every caller reads damaged files.
//! The layout is described in <https://www.sqlite.org/fileformat2.html>.

use std::collections::BTreeSet;

/// The type byte of a page that contains rows of a table.
const TABLE_LEAF: u8 = 0x0D;
/// The length of the file header at the start of page 1, in bytes.
pub(super) const FILE_HEADER_LENGTH: usize = 100;
/// The longest row that is read, in bytes. The longest text that this program stores is far shorter.
const ROW_MAX_BYTES: u64 = 64 << 20;

/// The most values of a row that is read. No table of facts has more.
const VALUES_MAX: usize = 8;

/// The row of a table as it lies in a leaf page.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeafRow<'a> {
    /// The first part of the row, which is in the page itself.
    pub(super) local: &'a [u8],
    /// The length of the whole row in bytes.
    pub(super) length: usize,
    /// The page with the next part, if the row does not fit in the page.
    pub(super) overflow_page: Option<u32>,
}

/// A value of a row. Text is not checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawValue<'a> {
    Null,
    Integer(i64),
    Text(&'a [u8]),
    /// A number with a fraction or a blob, which this program never stores.
    Other,
}

impl<'a> RawValue<'a> {
    pub(super) fn as_text(self) -> Option<&'a str> {
        match self {
            Self::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    pub(super) fn as_integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            _ => None,
        }
    }
}

/// Returns whether SQLite has pages of this length in bytes.
pub(super) fn is_page_size(length: usize) -> bool {
    length.is_power_of_two() && (512..=65_536).contains(&length)
}

/// Returns the rows of a page, or none if the page is not a leaf of a table. `page_number` counts from 1.
pub(super) fn leaf_rows(page: &[u8], page_number: u32) -> Vec<LeafRow<'_>> {
    let start = if page_number == 1 { FILE_HEADER_LENGTH } else { 0 };
    let Some(header) = page.get(start..start + 8) else { return Vec::new() };
    if header[0] != TABLE_LEAF {
        return Vec::new();
    }
    let row_count = usize::from(u16::from_be_bytes([header[3], header[4]]));
    let pointers = page[start + 8..].chunks_exact(2).take(row_count);
    // Two rows never lie at the same place.
    let offsets: BTreeSet<usize> =
        pointers.map(|pointer| usize::from(u16::from_be_bytes([pointer[0], pointer[1]]))).collect();
    offsets.into_iter().filter_map(|offset| leaf_row(page, offset)).collect()
}

fn leaf_row(page: &[u8], offset: usize) -> Option<LeafRow<'_>> {
    let cell = page.get(offset..)?;
    let (length, cell) = read_varint(cell)?;
    let (_row_id, cell) = read_varint(cell)?;
    if length > ROW_MAX_BYTES {
        return None;
    }
    let length = usize::try_from(length).ok()?;
    let local_length = local_length(length, page.len());
    let local = cell.get(..local_length)?;
    let overflow_page = match length > local_length {
        true => Some(u32::from_be_bytes(cell.get(local_length..local_length + 4)?.try_into().ok()?)),
        false => None,
    };
    Some(LeafRow { local, length, overflow_page })
}

/// Returns how many bytes of a row of `length` bytes are in the leaf page itself, by the formula of the file format.
fn local_length(length: usize, page_size: usize) -> usize {
    let largest = page_size.saturating_sub(35);
    if length <= largest {
        return length;
    }
    let smallest = (page_size.saturating_sub(12) * 32 / 255).saturating_sub(23);
    let fitting = smallest + (length - smallest) % page_size.saturating_sub(4).max(1);
    if fitting <= largest { fitting } else { smallest }
}

/// Reads the values of a whole row. Returns `None` if they do not fit in it.
pub(super) fn row_values(row: &[u8]) -> Option<Vec<RawValue<'_>>> {
    let (header_length, after_length) = read_varint(row)?;
    let header_length = usize::try_from(header_length).ok()?;
    let mut types = row.get(row.len() - after_length.len()..header_length)?;
    let mut body = row.get(header_length..)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        if values.len() == VALUES_MAX {
            return None;
        }
        let (kind, rest) = read_varint(types)?;
        types = rest;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            kind => usize::try_from((kind - 12) / 2).ok()?,
        };
        let bytes = body.get(..length)?;
        body = &body[length..];
        values.push(match kind {
            0 => RawValue::Null,
            1..=6 => RawValue::Integer(big_endian(bytes)),
            8 => RawValue::Integer(0),
            9 => RawValue::Integer(1),
            kind if kind >= 13 && kind % 2 == 1 => RawValue::Text(bytes),
            _ => RawValue::Other,
        });
    }
    Some(values)
}

/// Reads a signed number of up to eight bytes.
fn big_endian(bytes: &[u8]) -> i64 {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    bytes.iter().fold(if is_negative { -1 } else { 0 }, |number, byte| (number << 8) | i64::from(*byte))
}

/// Reads a number of one to nine bytes, and returns it with the bytes after it.
fn read_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some(((number << 8) | u64::from(*byte), &bytes[9..]));
        }
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[index + 1..]));
        }
    }
    None
}
