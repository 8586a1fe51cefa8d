import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { err, ok, type Result } from '#core/result.ts'

const lockName = 'engine.lock'

/** The right to be the one engine of a state directory. */
export interface EngineLock {
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
  const database = lockFile(dir)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    return err({ pid: holderOf(dir) })
  }
  const note = join(dir, 'engine.json')
  writeFileSync(note, `${JSON.stringify({ pid: process.pid, startedAt })}\n`)
  return ok({
    release() {
      rmSync(note, { force: true })
      database.close()
    },
  })
}

/** Whether an engine holds the directory now. */
export function isEngineAlive(dir: string): boolean {
  if (!existsSync(join(dir, lockName))) return false
  let database: DatabaseSync
  try {
    database = lockFile(dir)
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
function lockFile(dir: string): DatabaseSync {
  const database = new DatabaseSync(join(dir, lockName), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY')
  } catch {
    // Another engine holds the file: beginning a transaction will say so.
  }
  return database
}

function holderOf(dir: string): number | null {
  try {
    const { pid } = JSON.parse(readFileSync(join(dir, 'engine.json'), 'utf8')) as { pid?: unknown }
    return typeof pid === 'number' ? pid : null
  } catch {
    return null
  }
}
