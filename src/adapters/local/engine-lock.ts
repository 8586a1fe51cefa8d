import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describeSqliteError } from '#adapters/local/sqlite-error.ts'
import { err, ok, type Result } from '#core/result.ts'

const lockName = 'engine.lock'
const noteName = 'engine.json'
/** Longer than a reader, who only looks whether an engine is alive, ever holds the file. */
const probeMs = 250
/** The note holds a right: it is its owner's alone. */
const noteMode = 0o600

/** Where an engine takes commands, and the right to give them. */
export interface EngineAddress {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string
  readonly token: string
}

/** What an engine says of itself in `engine.json`. */
export interface EngineNote {
  readonly pid: number
  readonly startedAt: string
  /** Runs that it works on. */
  readonly runs: readonly string[]
  /** Absent while it is starting. */
  readonly address?: EngineAddress
  /** The version of what it understands there. */
  readonly api?: number
}

/** The version of the API that engines of this program serve and ask. */
export const apiVersion = 1

/** The right to be the one engine of a state directory. */
export interface EngineLock {
  /** Says what this engine works on and where it takes commands. */
  readonly note: (said: Pick<EngineNote, 'runs' | 'address'>) => void
  release(): void
}

/**
 * Takes the directory for this process: an exclusive transaction on a file of its own, which the kernel frees however the
 * process ends, so that no lock is ever stale. `engine.json` says who holds it, and how to reach him. The error: another
 * engine holds the directory, with what is known of it.
 */
export function takeEngineLock(dir: string, startedAt: string): Result<EngineLock, Partial<EngineNote>> {
  mkdirSync(dir, { recursive: true })
  const database = lockFile(dir, probeMs)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw describeSqliteError(error, join(dir, lockName))
    return err(readEngineNote(dir))
  }
  const note: EngineLock['note'] = ({ runs, address }) => {
    const said = { pid: process.pid, startedAt, runs, ...(address === undefined ? {} : { address, api: apiVersion }) }
    writeWhole(join(dir, noteName), `${JSON.stringify(said satisfies EngineNote)}\n`)
  }
  try {
    note({ runs: [] })
  } catch (error) {
    database.close()
    throw error
  }
  return ok({
    note,
    release() {
      rmSync(join(dir, noteName), { force: true })
      database.close()
    },
  })
}

/** The runs that a living engine works on; none without one. */
export function liveRuns(dir: string): readonly string[] {
  return engineLives(dir) ? (readEngineNote(dir).runs ?? []) : []
}

/** Whether an engine holds the directory now. Not to be asked by that engine's own process. */
export function engineLives(dir: string): boolean {
  if (!existsSync(join(dir, lockName))) return false
  let database: DatabaseSync
  try {
    database = lockFile(dir, 0)
  } catch {
    return false
  }
  try {
    database.exec('BEGIN EXCLUSIVE')
    database.exec('ROLLBACK')
    return false
  } catch (error) {
    return isBusy(error)
  } finally {
    database.close()
  }
}

/** What the last engine wrote of itself; nothing when there is none, or it can't be read. */
export function readEngineNote(dir: string): Partial<EngineNote> {
  try {
    return JSON.parse(readFileSync(join(dir, noteName), 'utf8')) as EngineNote
  } catch {
    return {}
  }
}

/** A rollback journal in memory: the lock file itself holds nothing. */
function lockFile(dir: string, timeoutMs: number): DatabaseSync {
  const path = join(dir, lockName)
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path, { timeout: timeoutMs })
  } catch (error) {
    throw describeSqliteError(error, path)
  }
  try {
    database.exec('PRAGMA journal_mode = MEMORY')
  } catch {
    // Another engine holds the file: beginning a transaction will say so.
  }
  return database
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}

/** Whoever reads the file meanwhile sees the old text or the new one. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, text, { mode: noteMode, flag: 'wx' })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}
