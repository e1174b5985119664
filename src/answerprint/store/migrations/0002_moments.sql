-- Annotations by column, for search: a track's times in one blob, its labels, its numbers (tables/moments.py).
-- Tracks of an older catalogue have none until the first search makes them.

CREATE TABLE moment (
    track INTEGER PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    rows BLOB NOT NULL
);

-- The annotations (by their place in the track) with a label (key ''), or with a word as one of their values.
CREATE TABLE moment_term (
    id INTEGER PRIMARY KEY,
    track INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    term TEXT NOT NULL COLLATE NOCASE,
    places BLOB NOT NULL
);
CREATE INDEX moment_term_term ON moment_term (term, key, track);
CREATE INDEX moment_term_track ON moment_term (track);

-- A number, or colours with their shares, for every annotation of a track.
CREATE TABLE moment_value (
    id INTEGER PRIMARY KEY,
    track INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE UNIQUE INDEX moment_value_track ON moment_value (track, key);

-- The words that are said and written, for spelling.
CREATE VIRTUAL TABLE text_words USING fts5vocab (text_index, row);
