import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore, type SqliteStore } from '#adapters/local/sqlite-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import { replay } from '#core/run/replay.ts'
import { everyEvent, everyRow } from '../../contracts/store-log.ts'
import { storeContract } from '../../contracts/store.ts'

const run = 'run_00000001' as RunId

/** The n-th mark of a group, from 0. */
function marked(id: string, stored?: Stored<'group'>): Change<'group'> {
  const member = `m${stored?.value.marked.length ?? 0}`
  return change('group', id, stored, {
    type: 'group.marked',
    atMs: 1,
    run,
    id,
    size: 10_000,
    member,
    left: { failure: false, nothing: false },
  })
}

/** Commits one mark after another. */
async function mark(store: SqliteStore, id: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const result = await store.rows.commit(run, [marked(id, await store.rows.get(run, 'group', id))])
    expect(result.ok).toBe(true)
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-store-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

storeContract('SQLite', async () => {
  const store = openSqliteStore(join(folder, 'made', 'store.sqlite'))
  return { store, close: async () => store.close() }
})

describe('a SQLite store, opened again', () => {
  it('has all that was committed, and goes on', async () => {
    const path = join(folder, 'store.sqlite')
    const first = openSqliteStore(path)
    await mark(first, 'a', 3)
    const rows = await everyRow(first, run)
    const events = await everyEvent(first, run, 100)
    first.close()

    const second = openSqliteStore(path)
    expect(await everyRow(second, run)).toStrictEqual(rows)
    expect(await everyEvent(second, run, 100)).toStrictEqual(events)
    await mark(second, 'a', 1)
    expect((await everyEvent(second, run, 100)).slice(0, 3)).toStrictEqual(events)
    expect(replay(await everyEvent(second, run, 100))).toStrictEqual(await everyRow(second, run))
    second.close()
  })

  it('has what was asked for before it was closed', async () => {
    const path = join(folder, 'store.sqlite')
    const first = openSqliteStore(path)
    const asked = Promise.all(Array.from({ length: 1_200 }, (_, n) => first.rows.commit(run, [marked(`g${n}`)])))
    first.close()
    expect((await asked).filter(({ ok }) => ok)).toHaveLength(1_200)
    await expect(first.rows.get(run, 'group', 'g0')).rejects.toThrow(`${path} is closed`)
    await expect(first.rows.commit(run, [marked('z')])).rejects.toThrow(`${path} is closed`)

    const second = openSqliteStore(path)
    expect((await second.rows.list(run, 'group', { limit: 2_000 })).items).toHaveLength(1_200)
    second.close()
  })

  it('after its log file was cut or a byte of it was lost, has a beginning of what was committed, whole', async () => {
    const path = join(folder, 'store.sqlite')
    const store = openSqliteStore(path)
    await mark(store, 'a', 12)
    await Promise.all(['b', 'c', 'd'].map((id) => store.rows.commit(run, [marked(id), marked(`${id}2`)])))
    await mark(store, 'a', 5)
    const written = await everyEvent(store, run, 100)
    copyFileSync(path, join(folder, 'copy'))
    const wal = readFileSync(`${path}-wal`)
    store.close()

    await fc.assert(
      fc.asyncProperty(fc.nat(wal.length), fc.option(fc.nat(wal.length - 1)), async (cut, lost) => {
        const damaged = Buffer.from(wal)
        if (lost !== null) damaged[lost] = (damaged[lost] ?? 0) ^ 0xff
        const copy = join(folder, 'damaged')
        rmSync(`${copy}-shm`, { force: true })
        copyFileSync(join(folder, 'copy'), copy)
        writeFileSync(`${copy}-wal`, damaged)
        truncateSync(`${copy}-wal`, cut)

        const again = openSqliteStore(copy)
        const events = await everyEvent(again, run, 100)
        expect(events).toStrictEqual(written.slice(0, events.length))
        expect(replay(events)).toStrictEqual(await everyRow(again, run))
        again.close()
      }),
      {
        numRuns: 60,
        examples: [
          [wal.length, null],
          [0, null],
          [wal.length - 1, null],
        ],
      },
    )
  })
})

describe('a SQLite store that is read only', () => {
  it('sees what an engine commits, while it runs and after', async () => {
    const path = join(folder, 'store.sqlite')
    const engine = openSqliteStore(path)
    await mark(engine, 'a', 1)

    const reader = openSqliteStore(path, { readOnly: true })
    expect((await reader.rows.get(run, 'group', 'a'))?.version).toBe(1)
    await mark(engine, 'a', 2)
    expect((await reader.rows.get(run, 'group', 'a'))?.version).toBe(3)
    await expect(reader.rows.commit(run, [marked('b')])).rejects.toThrow(`${path} was opened for reading only`)
    reader.close()
    engine.close()

    const late = openSqliteStore(path, { readOnly: true })
    expect(await everyEvent(late, run, 2)).toHaveLength(3)
    late.close()
  })

  it('is not made', () => {
    const path = join(folder, 'store.sqlite')
    expect(() => openSqliteStore(path, { readOnly: true })).toThrow(`${path}: unable to open database file: it cannot`)
    writeFileSync(path, '')
    expect(() => openSqliteStore(path, { readOnly: true })).toThrow(`${path} holds no state yet`)
  })
})

describe('a SQLite store that cannot be used says which file, and what to do', () => {
  const assertRefused = (path: string, pattern: RegExp): void => {
    const attempt = (): SqliteStore => openSqliteStore(path)
    expect(attempt).toThrow(path)
    expect(attempt).toThrow(pattern)
  }

  it('of a newer version', () => {
    const path = join(folder, 'store.sqlite')
    openSqliteStore(path).close()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 7')
    db.close()
    assertRefused(path, /newer Forkcast \(schema 7; this one knows 2\): update Forkcast, or name another state folder/)
  })

  it('of an older version', () => {
    const path = join(folder, 'store.sqlite')
    openSqliteStore(path).close()
    const db = new DatabaseSync(path)
    db.exec('PRAGMA user_version = 1')
    db.close()
    assertRefused(path, /an older Forkcast \(schema 1; this one knows 2\): name another state folder/)
  })

  it('of another program', () => {
    const path = join(folder, 'places.sqlite')
    const db = new DatabaseSync(path)
    db.exec('CREATE TABLE places (url TEXT)')
    db.close()
    assertRefused(path, /belongs to another program, or is damaged: name another state folder/)
  })

  it('no database at all', () => {
    const path = join(folder, 'store.sqlite')
    writeFileSync(path, 'not a database, but long enough to have a header of one hundred bytes. '.repeat(20))
    assertRefused(path, /file is not a database: it is damaged; restore it from a copy/)
  })

  it('with a folder in its way', () => {
    assertRefused(folder, /unable to open database file: it cannot be opened/)
  })

  it('damaged in the middle: it is not opened', async () => {
    const path = join(folder, 'store.sqlite')
    const store = openSqliteStore(path)
    await mark(store, 'a', 100)
    store.close()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 2 * 4_096)
    writeFileSync(path, bytes)

    assertRefused(path, /it is damaged; restore it from a copy/)
  })

  it('failing to write: every commit of the batch is rejected, nothing of it is written, the next one is tried', async () => {
    const path = join(folder, 'store.sqlite')
    const store = openSqliteStore(path)
    const other = new DatabaseSync(path)
    other.exec(`CREATE TRIGGER full BEFORE INSERT ON events WHEN new.id = 'b'
      BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END`)

    const batch = await Promise.allSettled(['a', 'b', 'c'].map((id) => store.rows.commit(run, [marked(id)])))
    expect(batch.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected', 'rejected'])
    await expect(store.rows.commit(run, [marked('b')])).rejects.toThrow(`${path}: the disk is gone`)
    expect((await everyRow(store, run)).size).toBe(0)

    other.exec('DROP TRIGGER full')
    other.close()
    expect((await store.rows.commit(run, [marked('b')])).ok).toBe(true)
    store.close()
  })
})
