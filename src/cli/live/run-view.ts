import type { EventDocument } from '#contract/run-document.ts'
import { taskOf } from '#core/run/ids.ts'
import { evolveRun, type RunEvent, type RunRecord } from '#core/run/run.ts'
import { evolveSlot, isSlotTerminal, type SlotEvent, type SlotRecord } from '#core/run/slot.ts'
import { evolveTask, isTaskTerminal, type TaskEvent, type TaskRecord } from '#core/run/task.ts'

/** How an instance stands, coarser than its state: `waiting` is ready or running with no clone at work. */
export const standings = ['committed', 'running', 'waiting', 'failed', 'skipped', 'cancelled'] as const
export type Standing = (typeof standings)[number]

/** An instance and the slots of its attempts, by attempt and clone. */
export interface InstanceView {
  readonly row: TaskRecord
  readonly slots: readonly SlotRecord[]
}

/** All that is known of one task of the workflow: itself, or its instances. */
export interface TaskView {
  /** Of a `forEach` task once its list is known. */
  readonly expanded: number | null
  readonly counts: Readonly<Record<Standing, number>>
  /** Instances that are not terminal, in the order in which they became ready. */
  readonly open: ReadonlySet<string>
  readonly failed: readonly string[]
  /** Races that are won, by the winner's pool. */
  readonly wonBy: ReadonlyMap<string, number>
  /** The instances of the latest races that are won, newest last. */
  readonly lastRaces: readonly string[]
}

/** What a run costs by now; what still runs is not billed yet. */
export interface Spent {
  readonly costUsd: number
  readonly wastedCostUsd: number
}

interface MutableTaskView extends TaskView {
  expanded: number | null
  readonly counts: Record<Standing, number>
  readonly open: Set<string>
  readonly failed: string[]
  readonly wonBy: Map<string, number>
  readonly lastRaces: string[]
}

/** Decided races that are remembered of each task. */
const racesKept = 3

/**
 * A run as its events tell it: the same rows as the store's, by the same folds, with tallies by task. Each event costs
 * O(slots of its instance).
 */
export class RunView {
  #run: RunRecord | undefined
  readonly #instances = new Map<string, { row: TaskRecord; slots: SlotRecord[]; standing: Standing | undefined }>()
  readonly #expansions = new Map<string, TaskRecord>()
  readonly #orphans = new Map<string, SlotRecord[]>()
  readonly #tasks = new Map<string, MutableTaskView>()
  #costUsd = 0
  #wonUsd = 0

  /** Takes one event in; events of one row have to come in their order. */
  apply(document: EventDocument): void {
    const event = { ...document.data, type: document.type, atMs: Date.parse(document.at) }
    switch (document.kind) {
      case 'run':
        this.#run = evolveRun(this.#run, event as RunEvent)
        return
      case 'task':
        this.#applyToTask(document.id, event as TaskEvent)
        return
      case 'slot':
        this.#applyToSlot(document.id, event as SlotEvent)
        return
      case 'group':
      case 'ledger':
    }
  }

  get run(): RunRecord | undefined {
    return this.#run
  }

  task(id: string): TaskView | undefined {
    return this.#tasks.get(id)
  }

  instance(id: string): InstanceView | undefined {
    return this.#instances.get(id)
  }

  slot(key: string): SlotRecord | undefined {
    const [instance = '', attempt, clone] = key.split('/')
    const slots = this.#instances.get(instance)?.slots ?? this.#orphans.get(instance)
    return slots?.find((slot) => slot.attempt === Number(attempt) && slot.clone === Number(clone))
  }

  /** Standings summed over all tasks. */
  get counts(): Readonly<Record<Standing, number>> {
    const sum = emptyCounts()
    for (const { counts } of this.#tasks.values()) for (const standing of standings) sum[standing] += counts[standing]
    return sum
  }

  get spent(): Spent {
    return { costUsd: this.#costUsd, wastedCostUsd: Math.max(0, this.#costUsd - this.#wonUsd) }
  }

  #applyToTask(id: string, event: TaskEvent): void {
    const known = this.#instances.get(id)
    const row = evolveTask(known?.row ?? this.#expansions.get(id), event)
    if (row.instances !== null) {
      this.#expansions.set(id, row)
      this.#taskView(id).expanded = row.instances
      return
    }
    const instance = known ?? { row, slots: this.#orphans.get(id) ?? [], standing: undefined }
    this.#orphans.delete(id)
    instance.row = row
    this.#instances.set(id, instance)
    this.#tally(id, instance)
  }

  #applyToSlot(key: string, event: SlotEvent): void {
    const instanceId = key.slice(0, key.indexOf('/'))
    const slots = this.#slotsOf(instanceId)
    const before = this.slot(key)
    const after = evolveSlot(before, event)
    if (before === undefined) {
      slots.push(after)
      slots.sort((a, b) => a.attempt - b.attempt || a.clone - b.clone)
    } else {
      slots[slots.indexOf(before)] = after
    }
    this.#bill(before, after)
    if (after.state === 'won' && before?.state !== 'won') this.#raceWon(instanceId, after, slots)
    const instance = this.#instances.get(instanceId)
    if (instance !== undefined) this.#tally(instanceId, instance)
  }

  /** A slot's row may be written before the one of its instance is. */
  #slotsOf(instance: string): SlotRecord[] {
    const known = this.#instances.get(instance)?.slots ?? this.#orphans.get(instance)
    if (known !== undefined) return known
    const fresh: SlotRecord[] = []
    this.#orphans.set(instance, fresh)
    return fresh
  }

  #raceWon(instance: string, winner: SlotRecord, slots: readonly SlotRecord[]): void {
    if (slots.filter((slot) => slot.attempt === winner.attempt && ran(slot)).length < 2) return
    const { wonBy, lastRaces } = this.#taskView(taskOf(instance))
    wonBy.set(winner.pool, (wonBy.get(winner.pool) ?? 0) + 1)
    lastRaces.push(instance)
    if (lastRaces.length > racesKept) lastRaces.shift()
  }

  #bill(before: SlotRecord | undefined, after: SlotRecord): void {
    this.#costUsd += billed(after) - (before === undefined ? 0 : billed(before))
    this.#wonUsd += useful(after) - (before === undefined ? 0 : useful(before))
  }

  #tally(
    id: string,
    instance: { row: TaskRecord; slots: readonly SlotRecord[]; standing: Standing | undefined },
  ): void {
    const standing = standingOf(instance.row, instance.slots)
    if (standing === instance.standing) return
    const task = this.#taskView(taskOf(id))
    if (instance.standing !== undefined) task.counts[instance.standing]--
    task.counts[standing]++
    if (isTaskTerminal(instance.row.state)) task.open.delete(id)
    else task.open.add(id)
    if (standing === 'failed') task.failed.push(id)
    instance.standing = standing
  }

  #taskView(id: string): MutableTaskView {
    const known = this.#tasks.get(id)
    if (known !== undefined) return known
    const fresh: MutableTaskView = {
      expanded: null,
      counts: emptyCounts(),
      open: new Set(),
      failed: [],
      wonBy: new Map(),
      lastRaces: [],
    }
    this.#tasks.set(id, fresh)
    return fresh
  }
}

/** Whether a clone was given a place: who only waited was in no race. */
export function ran(slot: SlotRecord): boolean {
  return slot.startingAtMs !== null
}

/** Whether a slot ever asked for a place: a standby slot that was not called up is no clone. */
export function wasActive(slot: SlotRecord): boolean {
  return slot.waitingAtMs !== null
}

function standingOf(row: TaskRecord, slots: readonly SlotRecord[]): Standing {
  switch (row.state) {
    case 'committed':
    case 'failed':
    case 'skipped':
    case 'cancelled':
      return row.state
    default:
      return slots.some((slot) => !isSlotTerminal(slot.state) && slot.startingAtMs !== null) ? 'running' : 'waiting'
  }
}

function billed(slot: SlotRecord): number {
  return slot.bill?.costUsd ?? 0
}

/** What is not known to be lost yet counts as useful. */
function useful(slot: SlotRecord): number {
  const state = slot.state
  return state === 'won' || state === 'contributed' || state === 'claimed' ? billed(slot) : 0
}

function emptyCounts(): Record<Standing, number> {
  return { committed: 0, running: 0, waiting: 0, failed: 0, skipped: 0, cancelled: 0 }
}
