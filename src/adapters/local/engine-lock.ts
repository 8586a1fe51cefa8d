import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '#core/result.ts'

const lockName = 'engine.lock'
const noteName = 'engine.json'
/** Longer than a reader, who only looks whether an engine is alive, ever holds the file. */
const probeMs = 250

/** The right to be the one engine of a state directory. */
export interface EngineLock {
  /** Says which runs this engine works on. */
  readonly note: (runs: readonly string[]) => void
  release(): void
}

/** Another engine holds the directory; what is known of it. */
export interface EngineAlive {
  readonly pid: number | null
}

/**
 * Takes the directory for this process: an exclusive transaction on a file of its own, which the kernel frees however the
 * process ends, so that no lock is ever stale. `engine.json` says who holds it, for people.
 */
export function takeEngineLock(dir: string, startedAt: string): Result<EngineLock, EngineAlive> {
  mkdirSync(dir, { recursive: true })
  const database = lockFile(dir, probeMs)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    return err({ pid: noteOf(dir).pid ?? null })
  }
  const note = (runs: readonly string[]): void =>
    writeFileSync(join(dir, noteName), `${JSON.stringify({ pid: process.pid, startedAt, runs })}\n`)
  note([])
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
  return isHeld(dir) ? (noteOf(dir).runs ?? []) : []
}

function isHeld(dir: string): boolean {
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
  } catch {
    return true
  } finally {
    database.close()
  }
}

/** A rollback journal in memory: the lock file itself holds nothing. */
function lockFile(dir: string, timeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(join(dir, lockName), { timeout: timeoutMs })
  try {
    database.exec('PRAGMA journal_mode = MEMORY')
  } catch {
    // Another engine holds the file: beginning a transaction will say so.
  }
  return database
}

interface EngineNote {
  readonly pid?: number
  readonly runs?: readonly string[]
}

/** What the engine wrote of itself; nothing while it has not, or has done so only half. */
function noteOf(dir: string): EngineNote {
  try {
    return JSON.parse(readFileSync(join(dir, noteName), 'utf8')) as EngineNote
  } catch {
    return {}
  }
}
