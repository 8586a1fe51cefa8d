import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import { ProblemError } from '#contract/problem.ts'
import { parseRunId } from '#core/run/ids.ts'
import { kinds } from '#core/run/record.ts'
import { runDamage } from '#local/run-damage.ts'
import { stateFiles } from '#local/state-files.ts'
import { everyRow } from '#operations/every-row.ts'
import type { Store } from '#ports/store.ts'
import { dag } from '../builders/dag.ts'
import { machine } from '../builders/machine.ts'

const pageBytes = 4096
/** Where in each page a bit is turned: its header, the pointers to its cells, and its contents. */
const places = [3, 9, 2047, 3500, 4090]

let folder: string
let sound: Buffer
let truth: unknown
/** A store whose last commits are in the log beside it, and what it held after each of them. */
let logged: { readonly file: string; readonly commits: readonly unknown[] }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'))
  const { dir, run } = await aRun()
  sound = readFileSync(stateFiles(dir).store)
  truth = await contents(stateFiles(dir).store, run)
  rmSync(dir, { recursive: true })
  logged = await withLog()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function aRun(): Promise<{ readonly dir: string; readonly run: string }> {
  await using one = machine()
  const document = await one.run(dag('A -> B, A -> C'))
  const dir = join(folder, 'run')
  // The engine writes on until it is closed.
  await one.control.close({ drainS: 0 })
  cpSync(one.dir, dir, { recursive: true })
  return { dir, run: document.id }
}

/** All that a store says of its runs. */
async function contents(file: string, known?: string): Promise<unknown> {
  const store = openSqliteStore(file, { readOnly: true })
  try {
    return await told(store, known)
  } finally {
    store.close()
  }
}

async function told(store: Store, known?: string): Promise<unknown> {
  const { items } = await store.rows.runs('local', { limit: 10 })
  const runs = []
  for (const id of new Set([...items.map((run) => String(run.id)), ...(known === undefined ? [] : [known])])) {
    const run = parseRunId(id)
    if (run === undefined) throw new Error(`no run id: ${id}`)
    const damage = await runDamage(store, run)
    if (damage !== undefined) throw new ProblemError({ code: 'STATE-DAMAGED', message: damage, fix: 'x', exitCode: 1 })
    const rows = []
    for (const kind of kinds) for await (const row of everyRow(store, run, kind)) rows.push(row)
    runs.push({ id, rows })
  }
  return runs
}

/** The store as it reads, or why it can't be read; any other error is a failure of the test. */
async function readOrRefused(file: string): Promise<unknown> {
  try {
    return await contents(file)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { code, fix, exitCode } = error.problem
    return exitCode === 1 && fix !== '' ? code : `${code} without a fix`
  }
}

const refusals = ['STATE-DAMAGED', 'STATE-FOREIGN', 'STATE-VERSION', 'STATE-EMPTY']

describe('17: a damaged store', { timeout: 60_000 }, () => {
  it('with one bit turned in any page says what it said, or is refused', async () => {
    const file = join(folder, 'bit.sqlite')
    const seen = { same: 0, refused: 0 }
    for (let page = 0; page * pageBytes < sound.length; page += 1) {
      for (const place of places) {
        const bytes = Buffer.from(sound)
        const at = page * pageBytes + place
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << ((page + place) % 8)), at)
        writeFileSync(file, bytes)
        const found = await readOrRefused(file)
        const refused = refusals.includes(String(found))
        expect(refused ? truth : found).toStrictEqual(truth)
        seen[refused ? 'refused' : 'same'] += 1
      }
    }
    expect(seen.same).toBeGreaterThan(0)
    expect(seen.refused).toBeGreaterThan(seen.same)
  })

  it('cut off anywhere is refused', async () => {
    const file = join(folder, 'cut.sqlite')
    for (let bytes = 0; bytes < sound.length; bytes += 1777) {
      writeFileSync(file, sound.subarray(0, bytes))
      expect([bytes, refusals.includes(String(await readOrRefused(file)))]).toStrictEqual([bytes, true])
    }
  })

  it('that is gone or empty beside the results of its runs is refused, not begun anew', async () => {
    const { dir } = await aRun()
    for (const empty of [false, true]) {
      rmSync(stateFiles(dir).store)
      if (empty) writeFileSync(stateFiles(dir).store, '')
      expect(() => openSqliteStore(stateFiles(dir).store)).toThrow(/store\.sqlite.*results of runs beside it/)
    }
    rmSync(dir, { recursive: true })
  })

  it('whose write-ahead log is cut at any byte of its last commit reads as it was before that', async () => {
    const file = join(folder, 'log.sqlite')
    const log = readFileSync(`${logged.file}-wal`)
    const frame = pageBytes + 24
    for (let bytes = log.length - frame; bytes <= log.length; bytes += bytes < log.length - 64 ? 61 : 1) {
      copyFileSync(logged.file, file)
      writeFileSync(`${file}-wal`, log)
      truncateSync(`${file}-wal`, bytes)
      rmSync(`${file}-shm`, { force: true })
      const found = rowsOf(file)
      expect(found).toStrictEqual(bytes < log.length ? logged.commits.at(-2) : logged.commits.at(-1))
    }
  })
})

/** Three commits of a row, none of them moved from the log into the file. */
async function withLog(): Promise<typeof logged> {
  const source = join(folder, 'source.sqlite')
  const file = join(folder, 'logged.sqlite')
  const store = openSqliteStore(source)
  const db = new DatabaseSync(source)
  const commits: unknown[] = []
  for (const at of [1, 2, 3]) {
    db.prepare('INSERT INTO samples (run, slot, family, at_ms, sample, sum) VALUES (?, ?, ?, ?, ?, ?)').run(
      'run',
      `slot ${at}`,
      'family',
      at,
      '{}',
      0,
    )
    commits.push(db.prepare('SELECT slot FROM samples ORDER BY slot').all())
  }
  copyFileSync(source, file)
  copyFileSync(`${source}-wal`, `${file}-wal`)
  db.close()
  store.close()
  return { file, commits }
}

function rowsOf(file: string): unknown {
  const db = new DatabaseSync(file)
  try {
    return db.prepare('SELECT slot FROM samples ORDER BY slot').all()
  } finally {
    db.close()
  }
}
