-- The facts: append-only, never changed.
CREATE TABLE fact (
    id     TEXT   NOT NULL PRIMARY KEY,
    stream TEXT   NOT NULL,
    seq    BIGINT NOT NULL,
    kind   TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    body   TEXT   NOT NULL,
    prev   TEXT   NOT NULL,
    digest TEXT   NOT NULL,
    UNIQUE (stream, seq)
);

-- What of a fact can be erased.
CREATE TABLE secret (
    fact    TEXT NOT NULL PRIMARY KEY REFERENCES fact (id),
    salt    TEXT NOT NULL,
    payload TEXT NOT NULL
);

-- Questions, frames of banks, pools and exams, once each.
CREATE TABLE content (
    digest TEXT NOT NULL PRIMARY KEY,
    text   TEXT NOT NULL
);

-- What lists show. Not facts: every row can be computed from them; the seal shows damage.
CREATE TABLE person (
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL,
    staff_id TEXT,
    license  TEXT
);

CREATE INDEX person_by_name ON person (name_key);

CREATE TABLE attempt (
    id          TEXT   NOT NULL PRIMARY KEY,
    trainee     TEXT   NOT NULL,
    mode        TEXT   NOT NULL,
    exam        TEXT,
    started     BIGINT NOT NULL,
    finished    BIGINT,
    time_limit  BIGINT,
    standing    TEXT,
    earned      TEXT,
    possible    BIGINT NOT NULL,
    certificate TEXT,
    valid_until BIGINT,
    seal        TEXT   NOT NULL
);

CREATE INDEX attempt_by_start ON attempt (started, id);
CREATE INDEX attempt_by_trainee ON attempt (trainee, started, id);

CREATE TABLE learned (
    trainee    TEXT   NOT NULL,
    bank       TEXT   NOT NULL,
    question   TEXT   NOT NULL,
    revision   BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    correct    BIGINT NOT NULL,
    last_right BIGINT NOT NULL,
    last       BIGINT NOT NULL,
    seal       TEXT   NOT NULL,
    PRIMARY KEY (trainee, bank, question, revision)
);
