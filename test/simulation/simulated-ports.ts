import { err } from '#core/result.ts'
import type { Change } from '#core/run/record.ts'
import { Definitions } from '#operations/definitions.ts'
import type { Ports } from '#operations/ports.ts'
import type { PendingCall, Process } from './process.ts'
import type { Simulation } from './simulation.ts'

/** What stands behind the ports of one process. */
export type Behind = Omit<Ports, 'clock' | 'ids' | 'definitions'>

/** A process that calls ports, and how it comes to its end. */
export interface Caller {
  readonly sim: Simulation
  readonly process: Process
  readonly crash: () => void
}

/**
 * The ports of one process. Each call is a happening of the simulation: it arrives after a while, takes effect or not, and
 * is answered or not. A dead process is never answered.
 */
export function simulatedPorts(caller: Caller, behind: Behind, definitions?: Definitions): Ports {
  const { sim, process } = caller
  const wrap = <T extends object>(name: string, port: T): T => wrapped(caller, name, port)
  const objects = wrap('objects', behind.objects)
  return {
    store: {
      rows: wrap('rows', behind.store.rows),
      log: wrap('log', behind.store.log),
      history: wrap('history', behind.store.history),
    },
    objects,
    executions: wrap('executions', behind.executions),
    pools: wrap('pools', behind.pools),
    timers: wrap('timers', behind.timers),
    dispatcher: wrap('dispatcher', behind.dispatcher),
    clock: { nowMs: () => Math.floor(sim.wallMs + process.skewMs) },
    ids: sim.ids,
    definitions: definitions ?? new Definitions(objects),
  }
}

type Method = (...args: readonly unknown[]) => Promise<unknown>

function wrapped<T extends object>(caller: Caller, port: string, target: T): T {
  const methods = new Map<PropertyKey, Method>()
  return new Proxy(target, {
    get(_target, name) {
      const known = methods.get(name)
      if (known !== undefined) return known
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const effect = (args: readonly unknown[]): Promise<unknown> =>
        Promise.resolve(Reflect.apply(member, target, args) as unknown)
      const method: Method = (...args) => call(caller, port, String(name), args, effect)
      methods.set(name, method)
      return method
    },
  })
}

function call(
  caller: Caller,
  port: string,
  name: string,
  args: readonly unknown[],
  effect: (args: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const { sim, process, crash } = caller
  if (!process.alive) return never()
  const full = `${port}.${name}`
  const number = sim.callNames.push(full)
  if (number === sim.conditions.cancelAtCall) sim.onCancel?.()
  const isOvertaken = full === 'rows.commit' && goesOn(args) && sim.isOvertaken()
  if (isOvertaken) sim.onCancel?.()
  const note = (what: string): void => sim.note(`${process.name} ${number} ${full} ${describe(full, args)} ${what}`)
  return new Promise((resolve, reject) => {
    const pending: PendingCall = {
      takeEffect: () => {
        note('takes effect after the death of its process')
        sim.count('call of a dead process takes effect')
        effect(args).catch(() => undefined)
      },
    }
    process.pending.add(pending)
    sim.time.after(latency(sim) + (isOvertaken ? sim.between(0, 10 * sim.conditions.latencyMs) : 0), () => {
      if (!process.pending.delete(pending)) return
      if (!process.alive) {
        pending.takeEffect()
        return
      }
      const how = fateOf(sim, port, full, number)
      if (how === 'rejected before') {
        note('is rejected')
        reject(new Error(`${full} is rejected`))
      } else if (how === 'crash before') {
        note('is the last one, and without effect')
        crash()
      } else if (how === 'conflict') {
        note('conflicts')
        const [first] = args[1] as readonly Change[]
        resolve(err({ kind: first?.kind, id: first?.id }))
      } else {
        effect(args)
          .then((answer) => (how === 'twice' ? effect(args) : answer))
          .then(
            (answer) => {
              if (tellsMuch(full)) note(`→ ${answerOf(answer)}${how === 'nothing' ? '' : `, ${how}`}`)
              if (how === 'crash after') crash()
              else if (!process.alive) return
              else if (how === 'rejected after') reject(new Error(`${full} took effect and is rejected`))
              else resolve(answer)
            },
            (error: unknown) => {
              note(`throws ${String(error)}`)
              if (process.alive) reject(error)
            },
          )
      }
    })
  })
}

/** Writes that a cancel must not be overtaken by, or what follows from them. */
const isStep: ReadonlySet<string> = new Set(['task.ready', 'task.committed', 'attempt.failed', 'group.marked'])

function goesOn([, changes]: readonly unknown[]): boolean {
  return (changes as readonly Change[]).some(({ events }) => events.some(({ type }) => isStep.has(type)))
}

type Fate = 'nothing' | 'rejected before' | 'rejected after' | 'crash before' | 'crash after' | 'conflict' | 'twice'

function fateOf(sim: Simulation, port: string, full: string, number: number): Fate {
  const { nth } = sim.conditions
  if (nth?.n === number) return nth.how
  if (sim.isRejected(full)) return 'rejected before'
  if (!sim.stormy) return 'nothing'
  if (sim.isDown(port) || sim.strikes('call rejected before it took effect')) return 'rejected before'
  if (sim.mayCrash()) {
    if (sim.strikes('crash before a call')) return 'crash before'
    if (sim.strikes('crash after a call')) return 'crash after'
  }
  if (sim.strikes('call rejected after it took effect')) return 'rejected after'
  if (full === 'rows.commit' && sim.strikes('commit conflict')) return 'conflict'
  if (full === 'executions.answer' && sim.strikes('token answered twice')) return 'twice'
  return 'nothing'
}

function latency(sim: Simulation): number {
  const { latencyMs } = sim.conditions
  if (latencyMs === 0) return 0
  return sim.strikes('call delayed') ? sim.between(100, 8000) : sim.between(0, latencyMs)
}

function never(): Promise<never> {
  return new Promise(() => {})
}

const quiet: ReadonlySet<string> = new Set([
  'rows.get',
  'rows.list',
  'rows.waiting',
  'rows.busy',
  'rows.runs',
  'objects.read',
  'pools.describe',
  'pools.capacity',
  'dispatcher.request',
  'history.recent',
])

/** Reads are not noted: there are many, and what follows from them is. */
function tellsMuch(call: string): boolean {
  return !isRead(call)
}

/** Whether a call changes nothing but what is asked for later. */
export function isRead(call: string): boolean {
  return quiet.has(call)
}

function describe(call: string, args: readonly unknown[]): string {
  if (call === 'rows.commit') {
    const changes = args[1] as readonly Change[]
    return changes.map(({ kind, id, events }) => `${kind} ${id}: ${events.map(wordsOf).join(', ')}`).join('; ')
  }
  if (call === 'objects.writeOnce') return String(args[0])
  const [first] = args
  if (call.startsWith('rows.'))
    return args
      .slice(1)
      .map((arg) => JSON.stringify(arg))
      .join(' ')
  return JSON.stringify(args.length === 1 ? first : args).slice(0, 400)
}

function wordsOf(event: Change['events'][number]): string {
  if ('state' in event) return `${event.type} ${event.state}`
  if (event.type === 'slot.launched') return `${event.type} ${event.token}`
  if ('member' in event) return `${event.type} ${event.member}`
  return event.type
}

function answerOf(answer: unknown): string {
  if (answer === undefined) return 'done'
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) return answer.ok === true ? 'ok' : 'conflict'
  return JSON.stringify(answer).slice(0, 100)
}
