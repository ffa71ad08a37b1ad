-- New names: a program of an earlier version that is still open fails its next append as a whole.
ALTER TABLE fact RENAME TO stored_fact;
ALTER TABLE secret RENAME TO fact_payload;
ALTER TABLE content RENAME TO stored_content;

-- Lists are computed from the facts. Their tables are made from the projections in the program, which rebuilds them.
DROP TABLE person;
DROP TABLE attempt;
DROP TABLE learned;
DROP TABLE certificate;
