//! Database migrations in order. A store's version is the number of migrations applied to it.

/// The migrations; one that was released is never changed.
pub const MIGRATIONS: &[&str] = &[
    include_str!("schema/0001_facts.sql"),
    include_str!("schema/0002_certificates.sql"),
    include_str!("schema/0003_decisions.sql"),
];

/// Marks an SQLite file as ours: `NDLW`.
pub const APPLICATION_ID: i32 = 0x4E44_4C57;
