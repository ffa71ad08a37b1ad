-- A reason for which a person's record must not be erased now.
ALTER TABLE person ADD COLUMN hold TEXT;

-- Certificates that were issued elsewhere, or here on request. Not facts: the fact named holds the credential whole.
CREATE TABLE certificate (
    id          TEXT   NOT NULL PRIMARY KEY,
    trainee     TEXT   NOT NULL,
    exam        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    assurance   TEXT   NOT NULL,
    issuer      TEXT   NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    digest      TEXT   NOT NULL,
    fact        TEXT   NOT NULL,
    seal        TEXT   NOT NULL
);

CREATE INDEX certificate_by_trainee ON certificate (trainee, exam, valid_until);
