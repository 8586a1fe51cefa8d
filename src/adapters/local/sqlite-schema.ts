import type { DatabaseSync } from 'node:sqlite'

/** Grows with every change of the tables below. */
const schemaVersion = 1

/** `Fkct` in ASCII: tells our files from other programs' in the header of the file. */
const applicationId = 0x46_6b_63_74

/**
 * A row's indexed columns are set only while an index must show it. Events need no unique index over (kind, id,
 * version): they are written with the row whose version was just checked. `seq` grows in the order of writing.
 */
const tables = `
  CREATE TABLE rows (
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    tenant TEXT,
    active INTEGER,
    created_at_ms REAL,
    rank REAL,
    busy INTEGER,
    PRIMARY KEY (run, kind, id)
  ) STRICT;
  CREATE INDEX runs ON rows (tenant, created_at_ms, run) WHERE tenant IS NOT NULL;
  CREATE INDEX active_runs ON rows (tenant, created_at_ms, run) WHERE active = 1;
  CREATE INDEX waiting_slots ON rows (rank DESC, created_at_ms, id, run) WHERE rank IS NOT NULL;
  CREATE INDEX busy_slots ON rows (run, id) WHERE busy = 1;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_of_run ON events (run);

  CREATE TABLE samples (
    run TEXT NOT NULL,
    slot TEXT NOT NULL,
    family TEXT NOT NULL,
    at_ms REAL NOT NULL,
    sample TEXT NOT NULL,
    PRIMARY KEY (run, slot)
  ) STRICT;
  CREATE INDEX samples_of_family ON samples (family, at_ms, run, slot);
`

/**
 * Makes a new file ours, or makes sure that it is. @throws when it belongs to another program or to a newer version
 * of this one; the message says what to do.
 */
export function prepareSchema(db: DatabaseSync, path: string, readOnly: boolean): void {
  const application = pragma(db, 'application_id')
  const version = pragma(db, 'user_version')
  if (application === 0 && version === 0 && isEmpty(db)) {
    if (readOnly) throw new Error(`${path} holds no state yet: nothing was ever run with it`)
    create(db)
    return
  }
  if (application !== applicationId) {
    throw new Error(`${path} belongs to another program: name another state folder with --dir`)
  }
  if (version > schemaVersion) {
    throw new Error(
      `${path} was written by a newer Forkcast (schema ${version}; this one knows ${schemaVersion}): ` +
        'update Forkcast, or name another state folder with --dir',
    )
  }
}

function create(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL')
  db.exec(`BEGIN IMMEDIATE; ${tables}
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${schemaVersion};
    COMMIT`)
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}
