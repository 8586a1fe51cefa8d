import { expect, test } from 'vitest'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import type { Membership } from '#core/run/readiness.ts'
import { mark } from '#operations/advance/mark.ts'
import type { Rows } from '#ports/store.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'
import { runId } from '../builders/emulation.ts'
import { numbers } from './drawn.ts'

const run = runId()
const clock = createDrivenClock()

/** The members of a group of 150: it has two shards. */
const members = numbers(150).map((position): Membership => ({
  group: 'g',
  size: 150,
  position,
  member: `A[${position}]`,
}))

async function marked(store: MemoryStore, ...positions: readonly number[]) {
  const chosen = positions.flatMap((position) => members[position] ?? [])
  return mark({ store, clock }, run, chosen, { failure: false, nothing: false })
}

test('a group with shards is claimed once, by whoever marks its last member', async () => {
  const store = new MemoryStore()

  expect(await marked(store, ...numbers(149))).toStrictEqual([])
  expect(await marked(store, 149)).toStrictEqual([{ kind: 'open', group: 'g' }])
  expect(await marked(store, ...numbers(150))).toStrictEqual([])

  const groups = (await store.rows.list(run, 'group', { limit: 10 })).items
  expect(groups.map(({ id, value }) => [id, value.state, value.marked.length])).toStrictEqual([
    ['g', 'claimed', 2],
    ['g/0', 'claimed', 100],
    ['g/1', 'claimed', 50],
  ])
})

test('a member that another one marks between two reads is marked once, and does not fill its shard twice', async () => {
  const store = new MemoryStore()
  await marked(store, ...numbers(99))
  let meanwhile: Promise<unknown> | undefined
  // The shard is read with 99 of its 100 members; before the group is, the last of them comes from elsewhere.
  const get: Rows['get'] = async (...[id, kind, key]) => {
    if (key === 'g' && meanwhile === undefined) {
      meanwhile = marked(store, 99)
      await meanwhile
    }
    return store.rows.get(id, kind, key)
  }
  const rows: Rows = {
    get,
    list: (...asked) => store.rows.list(...asked),
    commit: (...written) => store.rows.commit(...written),
    waiting: (...asked) => store.rows.waiting(...asked),
    busy: (...asked) => store.rows.busy(...asked),
    runs: (...asked) => store.rows.runs(...asked),
    active: (...asked) => store.rows.active(...asked),
  }
  const own = members.slice(99, 100)

  expect(
    await mark({ store: { rows, log: store.log, history: store.history }, clock }, run, own, {
      failure: false,
      nothing: false,
    }),
  ).toStrictEqual([])

  expect(await meanwhile).toStrictEqual([])
  expect((await store.rows.get(run, 'group', 'g'))?.value.marked).toStrictEqual(['/0'])
})

test('all members marked at once, each twice, claim the group once', async () => {
  const store = new MemoryStore()

  const twice = [...numbers(150), ...numbers(150)].map((position) => marked(store, position))

  expect((await Promise.all(twice)).flat()).toStrictEqual([{ kind: 'open', group: 'g' }])
})
