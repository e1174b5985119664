-- The first catalogue.

-- path is bytes: file names need not be UTF-8.
CREATE TABLE file (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    digest TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    card TEXT,
    record BLOB NOT NULL
);

-- seq grows with every commit and every make that used the run: the sweeper's measure of age.
CREATE TABLE run (
    key TEXT PRIMARY KEY,
    step TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    provenance BLOB NOT NULL,
    outputs TEXT NOT NULL,
    seconds REAL NOT NULL,
    seq INTEGER NOT NULL
);
CREATE INDEX run_subject ON run (subject, step);
CREATE INDEX run_seq ON run (seq);

-- spans: a bit for every span class among the track's annotations (see tables/tracks.py).
-- Its annotations are the rows first_id … first_id + count − 1.
CREATE TABLE track (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    asset TEXT NOT NULL,
    name TEXT NOT NULL,
    rate TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    has_text INTEGER NOT NULL,
    current INTEGER NOT NULL DEFAULT 0,
    provenance BLOB NOT NULL
);
CREATE UNIQUE INDEX track_current ON track (asset, name) WHERE current;
CREATE INDEX track_name ON track (name) WHERE current;

-- confidence has no declared type, so that a whole number stays one and the track's digest holds.
CREATE TABLE annotation (
    id INTEGER PRIMARY KEY,
    track INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    span INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    confidence,
    value BLOB
);
CREATE INDEX annotation_overlap ON annotation (track, span, start, "end");

-- What text search finds: the words of current tracks only. The view is the index's truth.
CREATE VIEW current_text AS
    SELECT annotation.id AS id, annotation.text AS text
    FROM annotation JOIN track ON track.id = annotation.track
    WHERE track.current AND track.has_text AND annotation.text <> '';
CREATE VIRTUAL TABLE text_index USING fts5 (
    text, content = 'current_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE job (
    node TEXT PRIMARY KEY,
    step TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'running', 'done', 'reused', 'failed', 'set_aside')),
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL
);

CREATE TABLE proposal (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX proposal_kind ON proposal (kind, position);

CREATE TABLE decision (
    proposal TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE TABLE decision_history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    proposal TEXT NOT NULL,
    record BLOB,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX decision_history_proposal ON decision_history (proposal, number);

-- What decisions.toml held when it was last written: tells an edit by hand from a decision made since.
CREATE TABLE decision_export (
    proposal TEXT PRIMARY KEY,
    digest TEXT NOT NULL
);

CREATE TABLE cut (
    version INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    record BLOB NOT NULL
);

CREATE TABLE version (
    number INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    outputs BLOB NOT NULL
);

CREATE TABLE finding (
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (source, position)
);
