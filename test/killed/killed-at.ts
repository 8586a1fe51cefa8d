import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cut } from './cut-points.ts'
import { attemptsLost, inFlight, readEffects, type Effect } from './effects.ts'
import type { Engine } from './engine.ts'
import type { Flow } from './flow.ts'
import { makeSite, type Site } from './site.ts'

const patienceMs = 30_000

/** What became of a kill. */
export interface Case {
  readonly at: Cut['at']
  /** The last one before the kill. */
  readonly effect: string
  /** `false`: the engine came to its end before. */
  readonly killed: boolean
  /** Attempts that were made again. */
  readonly lost: number
  readonly breaches: readonly string[]
  /** An engine did not end in time or ended by itself; both are gone. */
  readonly hung: boolean
}

/**
 * Kills an engine there, goes on with another one, and looks at what came of it: outputs, invariants, what was run again.
 * An engine that does not end in time is a breach, and is gone afterwards.
 */
export async function killedAt(flow: Flow, where: Omit<Cut, 'log'>, victim: Engine, resumer: Engine): Promise<Case> {
  using site = makeSite([flow])
  try {
    return await wentOn(site, flow, where, victim, resumer)
  } catch (error) {
    for (const engine of [victim, resumer]) engine.kill('SIGKILL')
    return {
      at: where.at,
      effect: lastOf(join(site.folder, 'before')),
      killed: true,
      lost: 0,
      breaches: [String(error)],
      hung: true,
    }
  }
}

async function wentOn(site: Site, flow: Flow, where: Omit<Cut, 'log'>, victim: Engine, resumer: Engine): Promise<Case> {
  const order = { folder: site.folder, atOnce: 1 }
  const before = join(site.folder, 'before')
  const after = join(site.folder, 'after')
  const outcome = await inTime(victim.carryOut({ ...order, cut: { ...where, log: before } }), 'the first engine')
  if (outcome !== 'killed') await victim[Symbol.asyncDispose]()
  await inTime(resumer.carryOut({ ...order, cut: { log: after } }), 'the second engine')
  const effects = readEffects(before)
  const flying = inFlight(effects)
  const lost = attemptsLost([...(await site.runs()).values()])
  const committed = idsOf(effects, 'task.committed')
  const again = [...idsOf(readEffects(after), 'attempt.started')].filter((id) => committed.has(id))
  const breaches = [
    ...(await site.breaches([flow])),
    ...lost.filter((id) => !flying.has(id)).map((id) => `${id} was run again, and was not in flight`),
    ...again.map((id) => `${id} was started again after its commit`),
  ]
  return {
    at: where.at,
    effect: lastOf(before),
    killed: outcome === 'killed',
    lost: lost.length,
    breaches,
    hung: false,
  }
}

function lastOf(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? ''
}

function idsOf(effects: readonly Effect[], type: string): ReadonlySet<string> {
  return new Set(effects.flatMap(({ events }) => events.filter((event) => event.type === type)).map(({ id }) => id))
}

async function inTime<T>(promise: Promise<T>, who: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not end within ${patienceMs / 1000} s`)), patienceMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
