//! The migrations, in order. A store's version is how many of them it has seen.

/// The migrations; one that was released is never changed.
pub const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_facts.sql"),
    include_str!("schema/0002_certificates.sql"),
    include_str!("schema/0003_decisions.sql"),
];

/// Marks an SQLite file as ours: `NDLW`.
pub const APPLICATION: i64 = 0x4E44_4C57;
