-- How much longer than others a person may take.
ALTER TABLE person ADD COLUMN time_factor TEXT;

-- What was decided about an attempt: whether it was voided, and how many more were granted after it.
ALTER TABLE attempt ADD COLUMN voided BIGINT NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN granted BIGINT NOT NULL DEFAULT 0;
