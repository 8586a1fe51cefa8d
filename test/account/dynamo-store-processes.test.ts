import type { DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import type { RunId } from '#core/run/ids.ts'
import { change, type Change, type Stored } from '#core/run/record.ts'
import { replay } from '#core/run/replay.ts'
import type { Store } from '#ports/store.ts'
import { created, submitted } from '../contracts/run-story.ts'
import { everyEvent, everyRow } from '../contracts/store-log.ts'
import { consumptionOf } from './consumption.ts'
import { dropTable, dynamoClient, newTable } from './emulated-account.ts'

const run = 'run_00000001' as RunId
const atMs = 1_800_000_000_000

function marked(
  id: string,
  stored?: Stored<'group'>,
  member = `m${stored?.value.marked.length ?? 0}`,
): Change<'group'> {
  const left = { failure: false, nothing: false }
  return change('group', id, stored, { type: 'group.marked', atMs, run, id, size: 10_000, member, left })
}

/** Marks a group once, trying again on conflict. */
async function mark(store: Store, id: string): Promise<void> {
  const { ok } = await store.rows.commit(run, [marked(id, await store.rows.get(run, 'group', id))])
  if (!ok) await mark(store, id)
}

/** A request with another token, as if the service had forgotten the first one. */
function asAnother<T extends { readonly request: unknown }>(args: T): T {
  const request = args.request as { body: Uint8Array | string }
  const text = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body)
  const token = /"ClientRequestToken":"(.)/
  expect(text).toMatch(token)
  request.body = text.replace(token, '"ClientRequestToken":"~')
  return args
}

describe('a table that several processes write to', () => {
  let calm: DynamoDBClient
  let table: string
  let objects: MemoryObjects
  let clients: DynamoDBClient[]
  beforeEach(async () => {
    calm = dynamoClient('dynamoDbLocal')
    table = await newTable(calm)
    objects = new MemoryObjects()
    clients = []
  })
  afterEach(async () => {
    await dropTable(calm, table)
    for (const client of [calm, ...clients]) client.destroy()
  })

  const client = (): DynamoDBClient => {
    const made = dynamoClient('dynamoDbLocal')
    clients.push(made)
    return made
  }
  /** A store as another process has it: it shares nothing but the table and the objects. */
  const open = (as = client()): Store => openDynamoStore({ client: as, table, objects })

  it('has all that they wrote, each event once, and each after what it follows from', async () => {
    const stores = Array.from({ length: 5 }, () => open())
    await Promise.all(
      stores.flatMap((store, n) => [...Array(12).keys()].map((k) => mark(store, k % 3 === 0 ? 'shared' : `g${n}`))),
    )

    const log = await everyEvent(open(), run, 7)
    expect(log).toHaveLength(60)
    expect(replay(log)).toStrictEqual(await everyRow(open(), run))
    for (const id of ['shared', 'g0', 'g4']) {
      const versions = log.filter((event) => event.id === id).map(({ version }) => version)
      expect(versions).toStrictEqual(versions.toSorted((a, b) => a - b))
    }
  })

  it('is followed while they write, and nothing is missed or told twice', async () => {
    const stores = Array.from({ length: 4 }, () => open())
    const reader = open()
    let writing = true
    const follow = async (): Promise<readonly string[]> => {
      const seen: string[] = []
      for (let after: string | undefined; ;) {
        const last = !writing
        const page = await reader.log.list(run, after === undefined ? { limit: 3 } : { after, limit: 3 })
        seen.push(...page.items.map(({ id, version }) => `${id} ${version}`))
        after = page.items.at(-1)?.cursor ?? after
        if (last && page.next === undefined) return seen
      }
    }
    const following = follow()
    await Promise.all(stores.flatMap((store, n) => [...Array(15).keys()].map(() => mark(store, `g${n}`))))
    writing = false

    const seen = await following
    expect(seen).toHaveLength(60)
    expect(new Set(seen).size).toBe(60)
  })

  it('checks of the run meet no commit but those that change it', async () => {
    await open().rows.commit(run, [change('run', 'run', undefined, submitted(run))])
    const check = { kind: 'run', id: 'run', version: 1 } as const
    const stores = Array.from({ length: 8 }, () => open())
    const written = await Promise.all(stores.map((store, n) => store.rows.commit(run, [marked(`g${n}`)], [check])))
    expect(written.every(({ ok }) => ok)).toBe(true)

    const cancelling = { type: 'run.cancelling', atMs, reason: 'asked for' } as const
    const stored = await open().rows.get(run, 'run', 'run')
    await open().rows.commit(run, [change('run', 'run', stored, cancelling)])
    const late = await Promise.all(stores.map((store, n) => store.rows.commit(run, [marked(`h${n}`)], [check])))
    expect(late).toStrictEqual(stores.map(() => ({ ok: false, error: { kind: 'run', id: 'run' } })))
  })

  it('a commit whose answer was lost, and that is not known to be the same, is no conflict with itself', async () => {
    const forgetful = client()
    let tries = 0
    forgetful.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'TransactWriteItemsCommand') return next(args)
          tries += 1
          const answer = tries === 1 ? await next(args) : await next(asAnother(args))
          if (tries === 1) throw Object.assign(new Error('lost'), { name: 'TimeoutError' })
          return answer
        },
      { step: 'finalizeRequest', priority: 'low', name: 'lose' },
    )
    expect(await open(forgetful).rows.commit(run, [marked('a')])).toStrictEqual({ ok: true, value: undefined })
    expect(tries).toBe(2)
    expect(await everyEvent(open(), run, 10)).toHaveLength(1)
  })

  it('what the own process wrote since is a conflict without being asked for', async () => {
    const counted = client()
    const store = open(counted)
    await mark(store, 'a')
    const calls = consumptionOf(counted)
    expect((await store.rows.commit(run, [marked('a')])).ok).toBe(false)
    expect(calls.size).toBe(0)
  })

  it('texts of any length come back: what an item cannot hold is an object', async () => {
    const params = { table: 'é'.repeat(700_000) }
    const long = change('run', 'run', undefined, { ...submitted(run), params })
    const others = Array.from({ length: 39 }, (_, n) => marked(`g${n}`, undefined, 'x'.repeat(60_000)))
    expect((await open().rows.commit(run, [long, ...others])).ok).toBe(true)

    const reader = open()
    expect((await reader.rows.get(run, 'run', 'run'))?.value.params).toStrictEqual(params)
    expect((await reader.rows.runs('local', { limit: 1 })).items[0]?.params).toStrictEqual(params)
    expect(replay(await everyEvent(reader, run, 100))).toStrictEqual(await everyRow(reader, run))
  })

  it('a row whose object is gone is an error that names it', async () => {
    const params = { table: 'x'.repeat(70_000) }
    await open().rows.commit(run, [change('run', 'run', undefined, { ...submitted(run), params })])
    objects = new MemoryObjects()
    await expect(open().rows.get(run, 'run', 'run')).rejects.toThrow(`rows/${run}/`)
  })

  it('lists over all runs show nothing that an index has kept too long', async () => {
    const store = open()
    await store.rows.commit(run, [change('run', 'run', undefined, submitted(run))])
    const slot = { run, task: 'A', attempt: 1, clone: 0 }
    const launched = { type: 'slot.launched', atMs, token: 't' } as const
    await store.rows.commit(run, [change('slot', 'A/1/0', undefined, created(slot), launched)])

    const late = client()
    const kept = new Map<string, object>()
    late.middlewareStack.add(
      (next) => async (args) => {
        const { IndexName } = args.input as { readonly IndexName?: string }
        if (IndexName === undefined) return next(args)
        const asked = JSON.stringify(args.input)
        const before = kept.get(asked)
        if (before !== undefined) return before as never
        const answer = await next(args)
        const { Items } = answer.output as QueryCommandOutput
        kept.set(asked, { ...answer, output: { ...answer.output, Items: [...(Items ?? [])] } })
        return answer
      },
      { step: 'initialize', name: 'late', priority: 'low' },
    )
    const reader = open(late)
    expect(await reader.rows.waiting(5)).toHaveLength(1)
    expect((await reader.rows.active({ limit: 5 })).items).toHaveLength(1)

    const starting = { type: 'slot.starting', atMs, pool: 'p', job: 'j', reservedNanoUsd: 0 } as const
    await store.rows.commit(run, [change('slot', 'A/1/0', await store.rows.get(run, 'slot', 'A/1/0'), starting)])
    const cancelling = { type: 'run.cancelling', atMs, reason: 'asked for' } as const
    const totals = { costUsd: 0, wastedCostUsd: 0 }
    const finished = { type: 'run.finished', atMs, state: 'cancelled', error: null, totals } as const
    const stored = await store.rows.get(run, 'run', 'run')
    await store.rows.commit(run, [change('run', 'run', stored, cancelling, finished)])

    expect(await reader.rows.waiting(5)).toStrictEqual([])
    expect((await reader.rows.active({ limit: 5 })).items).toStrictEqual([])
    expect(kept.size).toBeGreaterThan(0)
  })
})
