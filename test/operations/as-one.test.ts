import { expect, test } from 'vitest'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { change } from '#core/run/record.ts'
import { asOne } from '#operations/as-one.ts'
import type { Ports } from '#operations/ports.ts'
import { maxChanges, type Check } from '#ports/store.ts'
import { runId } from '../builders/emulation.ts'
import { numbers } from './drawn.ts'

const run = runId()
const other = runId('00000002')

/** Ports over a store in memory that note what is done, in order; other ports are not there. */
function noting() {
  const store = new MemoryStore()
  const done: string[] = []
  const { rows, log, history } = store
  const commit: typeof rows.commit = async (...written) => {
    const result = await rows.commit(...written)
    const names = written[1].map(
      ({ kind, id, events }) => `${kind} ${id}${events.length > 1 ? ` x${events.length}` : ''}`,
    )
    done.push(result.ok ? `write ${names.join(', ')}` : 'conflict')
    return result
  }
  const noted = new Proxy(rows, {
    get: (target, name) => {
      const member: unknown = name === 'commit' ? commit : Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
  const ports = {
    store: { rows: noted, log, history },
    dispatcher: { request: async () => void done.push('request') },
    objects: {},
    executions: {},
    pools: {},
    timers: {},
  } as unknown as Ports
  return { ports, rows, done }
}

/** Marks a member in a group, as the row is read now. */
async function mark({ store }: Pick<Ports, 'store'>, id: string, member: string, checks?: readonly Check[], of = run) {
  const stored = await store.rows.get(of, 'group', id)
  const left = { failure: false, nothing: false }
  const event = { type: 'group.marked', atMs: 1, run: of, id, size: 1_000, member, left } as const
  return store.rows.commit(of, [change('group', id, stored, event)], checks)
}

test('writes of one act are one transaction, and read back before they are made', async () => {
  const { ports, rows, done } = noting()

  const seen = await asOne(ports, run, async (joined) => {
    await mark(joined, 'a', 'x')
    await mark(joined, 'b', 'x')
    await mark(joined, 'a', 'y')
    expect(await rows.get(run, 'group', 'a')).toBeUndefined()
    return joined.store.rows.get(run, 'group', 'a')
  })

  expect(done).toStrictEqual(['write group a x2, group b'])
  expect(await rows.get(run, 'group', 'a')).toStrictEqual(seen)
  expect(seen).toMatchObject({ version: 2, value: { marked: ['x', 'y'] } })
})

test('whatever leaves the rows waits for what was written before it, and is followed by writes of their own', async () => {
  const { ports, done } = noting()

  await asOne(ports, run, async (joined) => {
    await mark(joined, 'a', 'x')
    await mark(joined, 'b', 'x')
    await joined.dispatcher.request()
    await mark(joined, 'c', 'x')
    await mark(joined, 'd', 'x')
  })

  expect(done).toStrictEqual(['write group a, group b', 'request', 'write group c', 'write group d'])
})

test('a list is read after what was written before it', async () => {
  const { ports } = noting()

  const listed = await asOne(ports, run, async (joined) => {
    await mark(joined, 'a', 'x')
    return joined.store.rows.list(run, 'group', { limit: 10 })
  })

  expect(listed.items.map(({ id }) => id)).toStrictEqual(['a'])
})

test('an act within another one is a part of it; one after its writes are made begins anew', async () => {
  const { ports, done } = noting()
  const both = (given: Ports, ...ids: readonly string[]) =>
    asOne(given, run, async (joined) => {
      for (const id of ids) await mark(joined, id, 'x')
    })

  await asOne(ports, run, async (joined) => {
    await both(joined, 'a', 'b')
    await mark(joined, 'c', 'x')
    await joined.dispatcher.request()
    await both(joined, 'd', 'e')
  })

  expect(done).toStrictEqual(['write group a, group b, group c', 'request', 'write group d, group e'])
})

test('what does not fit into one transaction is written by itself, and after it', async () => {
  const { ports, done } = noting()

  await asOne(ports, run, async (joined) => {
    for (const n of numbers(maxChanges + 2)) await mark(joined, `g${n}`, 'x')
  })

  expect(done.map((what) => what.split(',').length)).toStrictEqual([maxChanges, 1, 1])
})

test('an act that another writer was before is done again, a write at a time, and nothing of the first try is left', async () => {
  const { ports, done } = noting()
  let tries = 0

  const value = await asOne(ports, run, async (joined) => {
    tries += 1
    await mark(joined, 'a', `try ${tries}`)
    if (tries === 1) await mark(ports, 'a', 'somebody else')
    await mark(joined, 'b', `try ${tries}`)
    await joined.dispatcher.request()
    return tries
  })

  expect(value).toBe(2)
  expect(done).toStrictEqual(['write group a', 'conflict', 'write group a', 'write group b', 'request'])
  expect((await ports.store.rows.get(run, 'group', 'a'))?.value.marked).toStrictEqual(['somebody else', 'try 2'])
  expect((await ports.store.rows.get(run, 'group', 'b'))?.value.marked).toStrictEqual(['try 2'])
})

test('a row is read once, and a transaction on what has changed meanwhile is not made, and begins again', async () => {
  const { ports, done } = noting()
  await mark(ports, 'checked', 'x')
  let tries = 0

  await asOne(ports, run, async (joined) => {
    tries += 1
    for (const id of ['a', 'b']) {
      const { version = 0 } = (await joined.store.rows.get(run, 'group', 'checked')) ?? {}
      await mark(joined, id, 'x', [{ kind: 'group', id: 'checked', version }])
      if (tries === 1 && id === 'a') await mark(ports, 'checked', 'y')
    }
  })

  expect(tries).toBe(2)
  expect(done.slice(2)).toStrictEqual(['conflict', 'write group a', 'write group b'])
})

test('a stale write of what the act itself has written is a conflict, as in a store', async () => {
  const { ports } = noting()

  const stale = await asOne(ports, run, async (joined) => {
    const [first, second] = await Promise.all([mark(joined, 'a', 'x'), mark(joined, 'a', 'y')])
    return [first.ok, second]
  })

  expect(stale).toStrictEqual([true, { ok: false, error: { kind: 'group', id: 'a' } }])
})

test('rows of another run are read and written as they are', async () => {
  const { ports, done } = noting()

  await asOne(ports, run, async (joined) => {
    await mark(joined, 'a', 'x')
    expect(await joined.store.rows.get(other, 'group', 'a')).toBeUndefined()
    await mark(joined, 'a', 'x', [], other)
  })

  expect(done).toStrictEqual(['write group a', 'write group a'])
})

test('an act that fails has written nothing', async () => {
  const { ports, done } = noting()

  const failing = asOne(ports, run, async (joined) => {
    await mark(joined, 'a', 'x')
    throw new Error('out of luck')
  })

  await expect(failing).rejects.toThrow('out of luck')
  expect(done).toStrictEqual([])
})
