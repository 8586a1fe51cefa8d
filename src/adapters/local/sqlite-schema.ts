import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { stateDamaged } from '#adapters/local/sqlite-error.ts'
import { ProblemError } from '#contract/problem.ts'

/** Grows with every change of the tables below. */
const schemaVersion = 2

/** `Fkct` in ASCII: tells our files from other programs' in the header of the file. */
const applicationId = 0x46_6b_63_74

/**
 * A row's indexed columns are set only while an index must show it. Events need no unique index over (kind, id,
 * version): they are written with the row whose version was just checked. `seq` grows in the order of writing. `sum`
 * is the seal of the text beside it.
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
    sum INTEGER NOT NULL,
    PRIMARY KEY (run, kind, id)
  ) STRICT;
  CREATE INDEX runs ON rows (tenant, created_at_ms, run) WHERE tenant IS NOT NULL;
  CREATE INDEX active_runs ON rows (run) WHERE active = 1;
  CREATE INDEX waiting_slots ON rows (rank DESC, created_at_ms, id, run) WHERE rank IS NOT NULL;
  CREATE INDEX busy_slots ON rows (run, id) WHERE busy = 1;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX events_of_run ON events (run);

  CREATE TABLE samples (
    run TEXT NOT NULL,
    slot TEXT NOT NULL,
    family TEXT NOT NULL,
    at_ms REAL NOT NULL,
    sample TEXT NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (run, slot)
  ) STRICT;
  CREATE INDEX samples_of_family ON samples (family, at_ms, run, slot);
`

/** Checking what is larger would be felt at each start: a MiB takes some 5 ms. */
const checkedBytes = 16 * 1024 ** 2

/**
 * Makes a new file ours, or makes sure that it is, and whole. @throws when it belongs to another program or to another
 * version of this one, or is damaged; the message says what to do.
 */
export function prepareSchema(db: DatabaseSync, path: string, readOnly: boolean): void {
  const application = pragma(db, 'application_id')
  const version = pragma(db, 'user_version')
  if (application === 0 && version === 0 && isEmpty(db)) {
    if (leftByRuns(path)) throw stateDamaged(path, 'it is empty, and there are results of runs beside it')
    if (readOnly) throw unusable('STATE-EMPTY', `${path} holds no state yet: nothing was ever run with it`, otherFolder)
    create(db)
    return
  }
  if (application !== applicationId) {
    throw unusable('STATE-FOREIGN', `${path} belongs to another program, or is damaged`, otherFolder)
  }
  if (version !== schemaVersion) {
    const [age, fix] = version > schemaVersion ? ['a newer', 'update Forkcast, or '] : ['an older', '']
    throw unusable(
      'STATE-VERSION',
      `${path} was written by ${age} Forkcast (schema ${version}; this one knows ${schemaVersion})`,
      `${fix}${otherFolder}`,
    )
  }
  if (pragma(db, 'page_count') * pragma(db, 'page_size') > checkedBytes) return
  const found = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check']
  if (found !== 'ok') throw stateDamaged(path, String(found))
}

const otherFolder = 'name another state folder with --dir'

function unusable(code: string, message: string, fix: string): ProblemError {
  return new ProblemError({ code, message, fix, exitCode: 1 })
}

/** An engine makes its store before anything else: results without one are those of a store that is gone. */
function leftByRuns(path: string): boolean {
  return existsSync(join(dirname(path), 'objects', 'runs'))
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

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version' | 'page_count' | 'page_size'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}
