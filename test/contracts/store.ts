import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunId } from '#core/run/ids.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import { maxChanges, type Rows, type Store } from '#ports/store.ts'
import { submitted } from './run-story.ts'
import { storeListsContract } from './store-lists.ts'
import { storeLogContract } from './store-log.ts'

/** What the suite needs of an adapter: an empty store. */
export interface StoreUnderTest {
  readonly store: Store
  close(): Promise<void>
}

/** What every adapter of the `Store` port keeps. `drawn`: how many stories of runs are written, fewer where a call takes long. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>, drawn = 60): void {
  describe(`the contract of stores: ${name}`, () => {
    storeCommitContract(open)
    storeListsContract(open)
    storeLogContract(open, drawn)
  })
}

const run = 'run_00000001' as RunId
const other = 'run_00000002' as RunId
const atMs = 1_800_000_000_000

/** A group counts what marks it: the n-th member. */
function marked(id: string, stored: Stored<'group'> | undefined, size = 1_000): Change<'group'> {
  const member = `m${stored?.value.marked.length ?? 0}`
  return change('group', id, stored, {
    type: 'group.marked',
    atMs,
    run,
    id,
    size,
    member,
    left: { failure: false, nothing: false },
  })
}

function storeCommitContract(open: () => Promise<StoreUnderTest>): void {
  describe('commit', () => {
    let under: StoreUnderTest
    let rows: Rows
    beforeEach(async () => {
      under = await open()
      rows = under.store.rows
    })
    afterEach(() => under.close())

    const eventsOf = async (id: string): Promise<number> => {
      const { items } = await under.store.log.list(run, { limit: 1_000 })
      return items.filter((event) => event.id === id).length
    }

    it('an absent row is undefined', async () => {
      expect(await rows.get(run, 'task', 'clean')).toBeUndefined()
    })

    it('creates a row at version 1 and counts one version an event', async () => {
      const first = change('run', 'run', undefined, submitted(run))
      expect(await rows.commit(run, [first])).toStrictEqual({ ok: true, value: undefined })
      const created = await rows.get(run, 'run', 'run')
      expect(created).toStrictEqual({ kind: 'run', id: 'run', version: 1, value: first.value })

      const on = change(
        'run',
        'run',
        created,
        { type: 'run.planning', atMs },
        { type: 'run.started', atMs, planId: 'p' },
      )
      await rows.commit(run, [on])
      const stored = await rows.get(run, 'run', 'run')
      expect(stored?.version).toBe(3)
      expect(stored?.value).toMatchObject({ state: 'running', planId: 'p' })
    })

    it('rows of the same name in other runs and of other kinds are other rows', async () => {
      await rows.commit(run, [marked('a', undefined)])
      expect(await rows.get(other, 'group', 'a')).toBeUndefined()
      expect(await rows.get(run, 'task', 'a')).toBeUndefined()
      expect(await rows.get(run, 'group', 'A')).toBeUndefined()
    })

    it('a stale change is a conflict that names its row, and nothing of the commit is written', async () => {
      await rows.commit(run, [marked('a', undefined)])
      const result = await rows.commit(run, [marked('b', undefined), marked('a', undefined), marked('c', undefined)])

      expect(result).toStrictEqual({ ok: false, error: { kind: 'group', id: 'a' } })
      expect((await rows.get(run, 'group', 'a'))?.version).toBe(1)
      for (const id of ['b', 'c']) {
        expect(await rows.get(run, 'group', id)).toBeUndefined()
        expect(await eventsOf(id)).toBe(0)
      }
    })

    it('a change of a row that is not there is a conflict', async () => {
      await rows.commit(run, [marked('a', undefined)])
      const a = await rows.get(run, 'group', 'a')
      const result = await rows.commit(other, [marked('a', a)])
      expect(result).toStrictEqual({ ok: false, error: { kind: 'group', id: 'a' } })
    })

    it('a check holds while its row has the version, absent rows having 0', async () => {
      await rows.commit(run, [marked('a', undefined)])
      const present = { kind: 'group', id: 'a', version: 1 } as const
      const absent = { kind: 'group', id: 'z', version: 0 } as const

      expect((await rows.commit(run, [marked('b', undefined)], [present, absent])).ok).toBe(true)
      expect((await rows.get(run, 'group', 'a'))?.version).toBe(1)
      expect(await eventsOf('a')).toBe(1)
    })

    it.each([
      { case: 'another version', check: { kind: 'group', id: 'a', version: 2 } as const },
      { case: 'a row that should not be there', check: { kind: 'group', id: 'a', version: 0 } as const },
      { case: 'a row that should be there', check: { kind: 'task', id: 'a', version: 1 } as const },
    ])('a failed check writes nothing: $case', async ({ check }) => {
      await rows.commit(run, [marked('a', undefined)])
      const result = await rows.commit(run, [marked('b', undefined)], [check])
      expect(result).toStrictEqual({ ok: false, error: { kind: check.kind, id: check.id } })
      expect(await rows.get(run, 'group', 'b')).toBeUndefined()
    })

    it('a check of the run itself holds until the run changes', async () => {
      await rows.commit(run, [change('run', 'run', undefined, submitted(run))])
      const check = { kind: 'run', id: 'run', version: 1 } as const
      for (const id of ['a', 'b', 'c']) expect((await rows.commit(run, [marked(id, undefined)], [check])).ok).toBe(true)

      const planning = { type: 'run.planning', atMs } as const
      await rows.commit(run, [change('run', 'run', await rows.get(run, 'run', 'run'), planning)])
      const conflict = { ok: false, error: { kind: 'run', id: 'run' } }
      for (const id of ['d', 'e', 'f']) {
        expect(await rows.commit(run, [marked(id, undefined)], [check])).toStrictEqual(conflict)
        expect((await rows.commit(run, [marked(id, undefined)], [{ ...check, version: 2 }])).ok).toBe(true)
      }
      const none = { kind: 'run', id: 'run', version: 0 } as const
      expect(await rows.commit(run, [marked('g', undefined)], [none])).toStrictEqual(conflict)
      expect((await rows.commit(other, [marked('g', undefined)], [none])).ok).toBe(true)
    })

    it('checks alone are answered, and nothing at all is written without a word', async () => {
      await rows.commit(run, [marked('a', undefined)])
      const check = { kind: 'group', id: 'a', version: 1 } as const
      expect((await rows.commit(run, [], [check])).ok).toBe(true)
      expect(await rows.commit(run, [], [{ ...check, version: 2 }])).toStrictEqual({
        ok: false,
        error: { kind: 'group', id: 'a' },
      })
      expect((await rows.commit(run, [])).ok).toBe(true)
      expect((await under.store.log.list(run, { limit: 10 })).items).toHaveLength(1)
    })

    it('takes as much text as a workflow may bring along', async () => {
      const params = { list: Array.from({ length: 20_000 }, (_, n) => `naïve item ${n}`) }
      const written = change('run', 'run', undefined, { ...submitted(run), params })
      expect((await rows.commit(run, [written, marked('a', undefined)])).ok).toBe(true)
      expect((await rows.get(run, 'run', 'run'))?.value).toStrictEqual(written.value)
      expect((await under.store.log.list(run, { limit: 10 })).items.map(({ event }) => event)).toStrictEqual([
        ...written.events,
        ...marked('a', undefined).events,
      ])
    })

    it('of 100 racing commits to a row exactly one wins, with all its rows', async () => {
      const racers = Array.from({ length: 100 }, (_, n) => n)
      const results = await Promise.all(
        racers.map((n) => rows.commit(run, [marked(`own-${n}`, undefined), marked('prize', undefined)])),
      )

      expect(results.filter(({ ok }) => ok)).toHaveLength(1)
      const winner = results.findIndex(({ ok }) => ok)
      const { items } = await rows.list(run, 'group', { limit: 200 })
      expect(items.map(({ id }) => id)).toStrictEqual([`own-${winner}`, 'prize'])
      expect(await eventsOf('prize')).toBe(1)
    })

    it('50 writers that read, write and try again on conflict lose nothing', async () => {
      const increment = async (): Promise<void> => {
        const result = await rows.commit(run, [marked('count', await rows.get(run, 'group', 'count'))])
        if (!result.ok) await increment()
      }
      await Promise.all(Array.from({ length: 50 }, increment))

      const stored = await rows.get(run, 'group', 'count')
      expect(stored?.version).toBe(50)
      expect(stored?.value.marked).toStrictEqual(Array.from({ length: 50 }, (_, n) => `m${n}`))
      expect(await eventsOf('count')).toBe(50)
    })

    it('a commit sees those asked for before it, even when none was awaited', async () => {
      const first = marked('a', undefined)
      const second = marked('a', { kind: 'group', id: 'a', version: 1, value: first.value })
      const results = await Promise.all([rows.commit(run, [first]), rows.commit(run, [second])])
      expect(results.map(({ ok }) => ok)).toStrictEqual([true, true])
      expect((await rows.get(run, 'group', 'a'))?.version).toBe(2)
    })

    it('takes as many rows as the port says, changes and checks together', async () => {
      const changes = Array.from({ length: maxChanges - 1 }, (_, n) => marked(`g${n}`, undefined))
      const check = { kind: 'group', id: 'z', version: 0 } as const
      expect((await rows.commit(run, changes, [check])).ok).toBe(true)
      expect((await rows.list(run, 'group', { limit: 100 })).items).toHaveLength(maxChanges - 1)
    })

    it.each([
      {
        case: 'too many rows',
        says: 'at most 40 fit',
        changes: Array.from({ length: maxChanges }, (_, n) => marked(`g${n}`, undefined)),
      },
      {
        case: 'a row changed twice',
        says: 'names group a twice',
        changes: [marked('a', undefined), marked('a', undefined)],
      },
      { case: 'a row changed and checked', says: 'names group z twice', changes: [marked('z', undefined)] },
      {
        case: 'a change without an event',
        says: 'without an event',
        changes: [{ ...marked('a', undefined), events: [] }],
      },
      {
        case: 'a second row of kind run',
        says: 'not b',
        changes: [{ ...change('run', 'run', undefined, submitted(run)), id: 'b' }],
      },
    ])('rejects what only a bug asks for: $case', async ({ changes, says }) => {
      const check = { kind: 'group', id: 'z', version: 0 } as const
      await expect(rows.commit(run, changes, [check])).rejects.toThrow(says)
      expect((await rows.list(run, 'group', { limit: 100 })).items).toStrictEqual([])
      expect((await under.store.log.list(run, { limit: 100 })).items).toStrictEqual([])
    })

    it('shares nothing with the writer or with other readers', async () => {
      const written = submitted(run)
      const labels: Record<string, string> = { team: 'a' }
      const committing = rows.commit(run, [change('run', 'run', undefined, { ...written, labels })])
      labels['team'] = 'b'
      await committing
      labels['team'] = 'c'
      const read = await rows.get(run, 'run', 'run')
      try {
        Object.assign(read?.value.labels ?? {}, { team: 'd' })
      } catch {
        // Frozen: as good.
      }

      expect((await rows.get(run, 'run', 'run'))?.value.labels).toStrictEqual({ team: 'a' })
      expect((await under.store.log.list(run, { limit: 1 })).items[0]?.event).toMatchObject({ labels: { team: 'a' } })
    })
  })
}
