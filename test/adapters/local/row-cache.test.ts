import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore, type SqliteStore } from '#adapters/local/sqlite-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'

const run = 'run_00000001' as RunId

function marked(id: string, member: string, stored?: Stored<'group'>): Change<'group'> {
  const left = { failure: false, nothing: false }
  return change('group', id, stored, { type: 'group.marked', atMs: 1, run, id, size: 10_000, member, left })
}

describe('rows that a store has at hand', () => {
  let folder = ''
  let store: SqliteStore
  let other: SqliteStore
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-rows-'))
    store = openSqliteStore(join(folder, 'store.sqlite'))
    other = openSqliteStore(join(folder, 'store.sqlite'))
  })
  afterEach(() => {
    store.close()
    other.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const get = (id: string) => store.rows.get(run, 'group', id)

  it('are not seen before they are durable, and equal those of the file then', async () => {
    const written = store.rows.commit(run, [marked('a', 'm0')])
    expect(await get('a')).toBeUndefined()
    await written
    expect(await get('a')).toStrictEqual(await other.rows.get(run, 'group', 'a'))
  })

  it('are not changed by their writer or their readers', async () => {
    const wrote = marked('a', 'm0')
    await store.rows.commit(run, [wrote])
    Object.assign(wrote.value, { size: 1 })
    const read = (await get('a'))?.value.marked as string[]
    expect(() => read.push('m1')).toThrow(TypeError)
    expect((await get('a'))?.value).toMatchObject({ size: 10_000, marked: ['m0'] })
  })

  it('are forgotten when a write finds that somebody else has changed them', async () => {
    await store.rows.commit(run, [marked('a', 'm0')])
    await other.rows.commit(run, [marked('a', 'm1', await other.rows.get(run, 'group', 'a'))])
    const refused = await store.rows.commit(run, [marked('a', 'm2', await get('a'))])
    expect(refused).toStrictEqual({ ok: false, error: { kind: 'group', id: 'a' } })
    expect((await get('a'))?.value.marked).toStrictEqual(['m0', 'm1'])
    expect(await store.rows.commit(run, [marked('a', 'm2', await get('a'))])).toMatchObject({ ok: true })
  })

  it('are as many as there is room for, and the others are read again', async () => {
    for (let from = 0; from < 5_000; from += 40) {
      const some = Array.from({ length: 40 }, (_, at) => marked(`g${from + at}`, 'm0'))
      await store.rows.commit(run, some)
    }
    expect(await get('g0')).toMatchObject({ id: 'g0', version: 1, value: { marked: ['m0'] } })
    expect(await get('g4999')).toMatchObject({ id: 'g4999', version: 1, value: { marked: ['m0'] } })
  })
})
