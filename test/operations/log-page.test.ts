import { expect, test } from 'vitest'
import { MemoryLiveLogs } from '#adapters/memory/memory-live-logs.ts'
import { logKey, clonePrefix } from '#contract/object-keys.ts'
import type { RunId } from '#core/run/ids.ts'
import { logPage, type LogFilter } from '#operations/documents/log-page.ts'
import type { LogReads } from '#operations/documents/next-piece.ts'
import { readRun } from '#operations/read-run.ts'
import type { Store } from '#ports/store.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { rig, roomy, slotRef, type Rig } from '../builders/rig.ts'
import { userError } from './story.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const stdout: LogFilter = { task: 'A', attempt: 1, clone: 0, stream: 'stdout' }

/** The texts of all pages that there are now, and what follows them. */
async function texts(reads: LogReads, run: RunId, filter: LogFilter = {}, from?: string) {
  const { value } = await readRun(reads.store, run)
  const found: string[] = []
  let after = from
  let pages = 0
  for (;;) {
    const page = await logPage(reads, value, { limit: 100, filter, ...(after === undefined ? {} : { after }) })
    found.push(
      ...page.items.map(({ task, clone, stream, offset, text }) => `${task}/${clone} ${stream} ${offset}: ${text}`),
    )
    pages += 1
    const isStuck =
      page.next === undefined || page.next === after || (page.items.length === 0 && filter.stream !== undefined)
    after = page.next
    if (isStuck) return { found, pages, next: after }
  }
}

async function started(engine: Rig, workflow: Parameters<Rig['submit']>[0]) {
  const run = await engine.submit(workflow)
  await engine.clock.advance(1_000)
  return run
}

test('what a clone says live is followed, and goes on in the log that it leaves', async () => {
  const engine = rig(() => ({ takesS: 10 }))
  const workflow = dag('A', {})
  const run = await started(engine, workflow)
  const slot = await engine.slot(run, 'A/1/0')
  const liveLogs = new MemoryLiveLogs()
  const reads = { store: engine.store, objects: engine.objects, liveLogs }
  liveLogs.add(slot.job ?? '', { fence: 1, stream: 'stdout', offset: 0, bytes: 4, text: 'one\n' })
  liveLogs.add(slot.job ?? '', { fence: 1, stream: 'stderr', offset: 0, bytes: 5, text: 'oops\n' })

  expect((await texts(reads, run)).found).toStrictEqual(['A/0 stdout 0: one\n', 'A/0 stderr 0: oops\n'])
  const { next } = await texts(reads, run, stdout)
  await engine.objects.writeOnce(logKey(clonePrefix(slot, 1), 'stdout'), bytesOf('one\ntwo\n'))
  await engine.finish(run, workflow)

  expect(await texts(reads, run, stdout, next)).toStrictEqual({
    found: ['A/0 stdout 4: two\n'],
    pages: 1,
    next: undefined,
  })
  // It left no other log: there was nothing more in it than an empty one has.
  expect((await texts(reads, run)).found).toStrictEqual(['A/0 stdout 0: one\ntwo\n'])
})

test('of a slot that is leased again, the last lease’s log is read from its start, live and stored', async () => {
  const engine = rig(() => ({ takesS: 10 }))
  const run = await started(engine, dag('A', {}))
  const { job } = await engine.slot(run, 'A/1/0')
  const liveLogs = new MemoryLiveLogs()
  const say = (fence: number, text: string, offset = 0) =>
    liveLogs.add(job ?? '', { fence, stream: 'stdout', offset, bytes: text.length, text })
  const keep = (fence: number, text: string) =>
    engine.objects.writeOnce(logKey(clonePrefix(slotRef(run, 'A/1/0'), fence), 'stdout'), bytesOf(text))
  say(1, 'of the first\n')
  const first = { store: engine.store, objects: engine.objects, liveLogs }
  const { found, next } = await texts(first, run, stdout)
  expect(found).toStrictEqual(['A/0 stdout 0: of the first\n'])

  const again = { ...first, store: leasedAgain(engine.store) }
  // The first one does not know that it is over.
  say(1, 'goes on\n', 13)
  expect(await texts(again, run, stdout, next)).toMatchObject({ found: [] })
  say(2, 'of the second\n')
  const followed = await texts(again, run, stdout, next)
  expect(followed.found).toStrictEqual(['A/0 stdout 0: of the second\n'])
  await keep(1, 'of the first\ngoes on\nand ends\n')
  expect((await texts(again, run, stdout, followed.next)).found).toStrictEqual([])
  await keep(2, 'of the second\nends\n')
  expect((await texts(again, run, stdout, followed.next)).found).toStrictEqual(['A/0 stdout 14: ends\n'])
})

/** A store whose slots are all leased for the second time. */
function leasedAgain(store: Store): Store {
  const second = <T extends object | undefined>(row: T): T =>
    row && 'value' in row ? { ...row, value: { ...(row.value as object), fence: 2 } } : row
  const rows: Store['rows'] = Object.assign(Object.create(store.rows) as Store['rows'], {
    get: async (...asked: Parameters<Store['rows']['get']>) => {
      const row = await store.rows.get(...asked)
      return asked[1] === 'slot' ? second(row) : row
    },
    list: async (...asked: Parameters<Store['rows']['list']>) => {
      const page = await store.rows.list(...asked)
      return asked[1] === 'slot' ? { ...page, items: page.items.map(second) } : page
    },
  })
  return { ...store, rows }
}

test('of a clone that left no log there is what it said live', async () => {
  const engine = rig(({ clone }) => ({ takesS: clone === 0 ? 3 : 600 }))
  const workflow = dag('A', { A: { clones: 2 } })
  const run = await started(engine, workflow)
  const liveLogs = new MemoryLiveLogs()
  for (const clone of [0, 1]) {
    const { job } = await engine.slot(run, `A/1/${clone}`)
    liveLogs.add(job ?? '', { fence: 1, stream: 'stdout', offset: 0, bytes: 5, text: `I, ${clone}` })
  }
  await engine.finish(run, workflow)

  const reads = { store: engine.store, objects: engine.objects, liveLogs }
  expect((await texts(reads, run)).found).toStrictEqual(['A/1 stdout 0: I, 1'])
})

test('a page looks at few jobs live, and the next one goes on', async () => {
  const engine = rig(() => ({ takesS: 60 }), { pools: [emulatedPool('hot', { ...roomy, vcpus: 64 })] })
  const ids = Array.from({ length: 50 }, (_, n) => `T${String(n).padStart(2, '0')}`)
  const run = await started(engine, dag(ids.join(', '), {}))
  const looked: number[] = []
  const liveLogs = new MemoryLiveLogs()
  for (const id of ids) {
    const { job } = await engine.slot(run, `${id}/1/0`)
    liveLogs.add(job ?? '', { fence: 1, stream: 'stderr', offset: 0, bytes: 2, text: id.slice(1) })
  }
  const counted: LogReads = {
    store: engine.store,
    objects: engine.objects,
    liveLogs: {
      next: (job, log, offset) => {
        looked.push(1)
        return liveLogs.next(job, log, offset)
      },
    },
  }
  const { found, pages } = await texts(counted, run)
  expect(found).toStrictEqual(ids.map((id) => `${id}/0 stderr 0: ${id.slice(1)}`))
  expect(pages).toBe(3)
})

test('a failure that was told has its log stored', async () => {
  const engine = rig(() => ({ takesS: 1, fails: userError('no') }))
  const workflow = dag('A', { A: { retry: { limit: 0, backoffS: 0 } } })
  const run = await engine.submit(workflow)
  await engine.finish(run, workflow)
  const liveLogs = new MemoryLiveLogs()
  const { job } = await engine.slot(run, 'A/1/0')
  liveLogs.add(job ?? '', { fence: 1, stream: 'stdout', offset: 0, bytes: 1, text: 'a' })
  expect((await texts({ store: engine.store, objects: engine.objects, liveLogs }, run)).found).toStrictEqual([])
})
