import { dependenciesOf } from '#core/graph/graph.ts'
import { canonicalHash, sha256 } from '#core/hash.ts'
import { instanceId, slotKey, type RunId } from '#core/run/ids.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import { kinds, type Kind, type Stored } from '#core/run/record.ts'
import { replay } from '#core/run/replay.ts'
import { isRunTerminal } from '#core/run/run.ts'
import { isSlotTerminal } from '#core/run/slot.ts'
import { isTaskTerminal } from '#core/run/task.ts'
import { totalsOf } from '#core/run/totals.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'
import type { ListedEvent, Store } from '#ports/store.ts'

/**
 * Every breach of the run's invariants that its event log, rows and objects show, each with the number it has in the
 * catalogue of invariants; none for a sound run.
 *
 * - I1 a task starts only after each predecessor is committed
 * - I2 at most one attempt of a task commits, and fences grow
 * - I3 a committed output is there, whole and unaltered
 * - I4 terminal states are final, and the log replayed from empty gives the stored rows
 * - I6 no job is alive after its run is terminal
 * - I7 costs of slots sum to the run's, each counted once
 * - I11 nothing waits for ever: a run that is looked at here has ended
 */
export async function checkRun(
  store: Store,
  objects: ObjectStore,
  run: RunId,
  workflow: Workflow,
): Promise<readonly string[]> {
  const log = await wholeLog(store, run)
  const rows = await allRows(store, run)
  return [
    ...startsAfterPredecessors(log, workflow),
    ...commitsOnce(log),
    ...(await committedOutputsAreWhole(rows, objects)),
    ...terminalIsFinal(log),
    ...replayGivesRows(log, rows),
    ...noJobOutlivesItsRun(log),
    ...costsAddUp(log, rows),
    ...nothingWaits(rows),
  ]
}

async function wholeLog(store: Store, run: RunId): Promise<readonly ListedEvent[]> {
  const log: ListedEvent[] = []
  let after: string | undefined
  do {
    const page = await store.log.list(run, { limit: 1000, ...(after === undefined ? {} : { after }) })
    log.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return log
}

async function allRows(store: Store, run: RunId): Promise<readonly Stored<Kind>[]> {
  const rows: Stored<Kind>[] = []
  for (const kind of kinds) {
    let after: string | undefined
    do {
      const page = await store.rows.list(run, kind, { limit: 1000, ...(after === undefined ? {} : { after }) })
      rows.push(...page.items)
      after = page.next
    } while (after !== undefined)
  }
  return rows
}

function startsAfterPredecessors(log: readonly ListedEvent[], workflow: Workflow): readonly string[] {
  const breaches: string[] = []
  const committed = new Set<string>()
  const definitions = new Map(workflow.tasks.map((task) => [task.id, task]))
  for (const { id, event } of log) {
    if (event.type === 'task.committed') committed.add(id)
    if (event.type !== 'task.ready') continue
    const task = definitions.get(event.task)
    if (task === undefined) breaches.push(`I1 ${id} is no task of the workflow`)
    for (const needed of task === undefined ? [] : dependenciesOf(task)) {
      const predecessor = needed.kind === 'each' ? instanceId(needed.task, event.index ?? 0) : needed.task
      if (!committed.has(predecessor)) breaches.push(`I1 ${id} became ready before ${predecessor} was committed`)
    }
  }
  return breaches
}

function commitsOnce(log: readonly ListedEvent[]): readonly string[] {
  const breaches: string[] = []
  const commits = new Map<string, number>()
  const fences = new Map<string, number>()
  const wins = new Map<string, string>()
  for (const { id, event } of log) {
    if (event.type === 'task.committed') {
      commits.set(id, (commits.get(id) ?? 0) + 1)
      if (commits.get(id) === 2) breaches.push(`I2 ${id} was committed twice`)
    }
    if (event.type === 'slot.leased') {
      if (event.fence <= (fences.get(id) ?? 0)) breaches.push(`I2 the fence of ${id} did not grow`)
      fences.set(id, event.fence)
    }
    if (event.type === 'slot.claimed' && event.fence !== fences.get(id)) {
      breaches.push(`I2 ${id} claimed under fence ${event.fence}, and held ${fences.get(id)}`)
    }
    if (event.type === 'slot.decided' && event.state === 'won') {
      const task = id.slice(0, id.indexOf('/'))
      if (wins.has(task)) breaches.push(`I2 ${id} won ${task} after ${wins.get(task)}`)
      wins.set(task, id)
    }
  }
  return breaches
}

async function committedOutputsAreWhole(
  rows: readonly Stored<Kind>[],
  objects: ObjectStore,
): Promise<readonly string[]> {
  const breaches: string[] = []
  for (const row of rows) {
    if (!isKind(row, 'task')) continue
    for (const [name, output] of Object.entries(row.value.outputs ?? {})) {
      const files: readonly StagedFile[] = output.type === 'directory' ? output.files : [output]
      for (const file of files) {
        const bytes = await objects.read(file.object)
        const whole = bytes !== undefined && bytes.length === file.bytes && sha256(bytes) === file.sha256
        if (!whole) breaches.push(`I3 output ${name} of ${row.id} is not what was committed`)
      }
    }
  }
  return breaches
}

/** After a terminal event, only the bill of a slot may follow. */
function terminalIsFinal(log: readonly ListedEvent[]): readonly string[] {
  const breaches: string[] = []
  const over = new Set<string>()
  for (const { kind, id, event } of log) {
    const key = `${kind} ${id}`
    if (over.has(key) && event.type !== 'slot.billed') breaches.push(`I4 ${event.type} after the end of ${key}`)
    if (endsRow.has(event.type)) over.add(key)
  }
  return breaches
}

const endsRow: ReadonlySet<string> = new Set([
  'run.finished',
  'task.committed',
  'task.failed',
  'task.skipped',
  'task.cancelled',
  'slot.decided',
  'slot.failed',
  'slot.fenced',
  'group.started',
])

function replayGivesRows(log: readonly ListedEvent[], rows: readonly Stored<Kind>[]): readonly string[] {
  const breaches: string[] = []
  const replayed = replay(log)
  if (replayed.size !== rows.length) breaches.push(`I4 the log gives ${replayed.size} rows, the store ${rows.length}`)
  for (const row of rows) {
    const again = replayed.get(`${row.kind} ${row.id}`)
    if (
      again === undefined ||
      canonicalHash(again.value) !== canonicalHash(row.value) ||
      again.version !== row.version
    ) {
      breaches.push(`I4 replay of ${row.kind} ${row.id} differs from its row`)
    }
  }
  return breaches
}

function noJobOutlivesItsRun(log: readonly ListedEvent[]): readonly string[] {
  const alive = new Set<string>()
  for (const { id, event } of log) {
    if (event.type === 'slot.starting') alive.add(id)
    if (event.type === 'slot.billed') alive.delete(id)
    if (event.type === 'run.finished') return [...alive].map((slot) => `I6 the job of ${slot} outlived the run`)
  }
  return []
}

function costsAddUp(log: readonly ListedEvent[], rows: readonly Stored<Kind>[]): readonly string[] {
  const breaches: string[] = []
  const billed = new Set<string>()
  for (const { id, event } of log) {
    if (event.type !== 'slot.billed') continue
    if (billed.has(id)) breaches.push(`I7 ${id} was billed twice`)
    billed.add(id)
  }
  const slots = rows.filter((row) => isKind(row, 'slot')).map((row) => row.value)
  const sums = totalsOf(slots)
  const run = rows.find((row) => isKind(row, 'run'))?.value
  if (run?.totals != null && canonicalHash(run.totals) !== canonicalHash(sums)) {
    breaches.push(`I7 slots cost ${JSON.stringify(sums)}, the run says ${JSON.stringify(run.totals)}`)
  }
  return breaches
}

function nothingWaits(rows: readonly Stored<Kind>[]): readonly string[] {
  const breaches: string[] = []
  for (const row of rows) {
    if (isKind(row, 'run') && !isRunTerminal(row.value.state)) breaches.push(`I11 the run is ${row.value.state}`)
    if (isKind(row, 'task') && !isTaskTerminal(row.value.state)) breaches.push(`I11 ${row.id} is ${row.value.state}`)
    if (isKind(row, 'slot') && !isSlotTerminal(row.value.state)) {
      breaches.push(`I11 slot ${slotKey(row.value)} is ${row.value.state}`)
    }
  }
  return breaches
}

function isKind<K extends Kind>(row: Stored<Kind>, kind: K): row is Stored<K> & Stored<Kind> {
  return row.kind === kind
}
