-- Times are microseconds since 1970-01-01T00:00:00Z. `sum` is a checksum over the rest of the row (src/sum.rs): a row that
-- was damaged or changed by hand is named when it is read.

-- Streams of events, numbered 1, 2, 3 … without a gap. Only ever appended to.
CREATE TABLE event (
    stream TEXT    NOT NULL,
    seq    INTEGER NOT NULL CHECK (seq > 0),
    kind   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    sum    INTEGER NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_is_final BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_is_kept  BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'an event is never removed'); END;

-- What is true now: the rows that people ask for. Rewritten by the batch that appends the events that they follow from.
CREATE TABLE shelf_row (
    shelf TEXT NOT NULL,
    key   TEXT NOT NULL,
    grp   TEXT NOT NULL,
    due   INTEGER,
    body  BLOB NOT NULL,
    sum   INTEGER NOT NULL,
    PRIMARY KEY (shelf, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX shelf_row_by_group ON shelf_row (shelf, grp, key);
CREATE INDEX shelf_row_by_due   ON shelf_row (shelf, due, key) WHERE due IS NOT NULL;

-- Files by their SHA-256: plans, messages, signatures.
CREATE TABLE blob (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32),
    bytes  BLOB NOT NULL
) STRICT;

-- Who works on a lane. The fence only grows, also when nobody holds the lane. `realm` names the boot and the process
-- namespace in which `pid` means something; NULL where that can't be known.
CREATE TABLE lease (
    lane    TEXT PRIMARY KEY,
    fence   INTEGER NOT NULL,
    worker  TEXT,
    until   INTEGER NOT NULL,
    pid     INTEGER,
    started INTEGER,
    realm   TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    n        INTEGER PRIMARY KEY,
    instance TEXT NOT NULL UNIQUE
) STRICT;

-- One read of one instance. `meta` is NULL until it is sealed: then it is nobody's answer to anything.
-- AUTOINCREMENT: an id is never used again, since `version.first` and `version.last` are such ids.
CREATE TABLE snapshot (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    source   INTEGER NOT NULL REFERENCES source (n),
    query    BLOB    NOT NULL,
    begun    INTEGER NOT NULL,
    pages    INTEGER NOT NULL DEFAULT 0,
    resume   TEXT,
    read_at  INTEGER,
    complete INTEGER,
    meta     BLOB,
    sum      INTEGER
) STRICT;

CREATE UNIQUE INDEX snapshot_open   ON snapshot (source) WHERE meta IS NULL;
CREATE INDEX        snapshot_sealed ON snapshot (source, id) WHERE meta IS NOT NULL;

-- A row of an instance and the snapshots that show it: those with first <= id <= last (docs/adr/0010). 9223372036854775807: still there.
CREATE TABLE version (
    id     INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source (n),
    kind   INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    salt   BLOB    NOT NULL,
    body   BLOB    NOT NULL,
    sum    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX version_by_key ON version (source, kind, key, first, last);

-- Which versions an open snapshot met unchanged, page by page (src/sqlite/seen.rs). Gone when it is sealed or dropped.
CREATE TABLE seen (
    snapshot INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
    page     INTEGER NOT NULL,
    ids      BLOB    NOT NULL,
    PRIMARY KEY (snapshot, page)
) STRICT, WITHOUT ROWID;
