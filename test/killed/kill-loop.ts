import { seededRandom } from '#core/random.ts'
import { attemptsLost } from './effects.ts'
import { startEngine, type Engine } from './engine.ts'
import { randomFlow, type Flow } from './flow.ts'
import { makeSite } from './site.ts'

/** How hard a loop is. */
export interface LoopOptions {
  readonly seed: string
  readonly workflows: number
  /** Workflows that are open at a time. */
  readonly atOnce: number
  /** How long an engine lives: drawn anew for each. */
  readonly livesMs: readonly [least: number, most: number]
  /** Told of each kill, and how many workflows had ended by then. */
  readonly onKill?: (kill: number, ended: number) => void
}

/** What a loop came to. */
export interface LoopResult {
  readonly workflows: number
  readonly kills: number
  /** Attempts that a killed engine took with it, and that were made again. */
  readonly attemptsRunAgain: number
  /** Workflows that were open when the last engine came, and that it went on with. */
  readonly resumedLast: number
  /** Workflows that ended after the last kill. */
  readonly endedAfterLastKill: number
  readonly breaches: readonly string[]
}

const odds = { list: 0.15, each: 0.15, race: 0.2, hedge: 0.03, failure: 0.15 }
/** When so much has ended no more is killed: what is left shows that it all goes on after the last fault. */
const calmFrom = 0.9

/** Small random workflows in one state directory, whose one engine is killed again and again until nearly all have ended. */
export async function killLoop(options: LoopOptions): Promise<LoopResult> {
  const { seed, workflows, atOnce } = options
  const random = seededRandom(seed)
  const [least, most] = options.livesMs
  const flows = Array.from({ length: workflows }, (_, number) => smallFlow(seed, number))
  using site = makeSite(flows)
  const order = { folder: site.folder, atOnce }
  let ended = 0
  let kills = 0
  // A machine that is slow, or busy with other things, gets further in a longer life.
  let patience = 1
  let prepared = startEngine()
  for (;;) {
    const engine = await prepared
    const endedBefore = ended
    prepared = startEngine()
    const lifeMs = (least + random.next() * (most - least)) * patience
    let death: NodeJS.Timeout | undefined
    const done = await engine.carryOut(order, (news) => {
      if (news === 'ended') ended += 1
      const calm = ended >= calmFrom * workflows
      if (calm) clearTimeout(death)
      else if (news === 'opened') death = setTimeout(() => engine.kill('SIGKILL'), lifeMs)
    })
    clearTimeout(death)
    if (done === 'killed') {
      kills += 1
      patience = ended > endedBefore ? 1 : patience * 1.5
      options.onKill?.(kills, ended)
      continue
    }
    await dispose([engine, await prepared])
    const runs = await site.runs()
    return {
      workflows,
      kills,
      attemptsRunAgain: attemptsLost([...runs.values()]).length,
      resumedLast: done.resumed,
      endedAfterLastKill: ended - endedBefore,
      breaches: await site.breaches(flows),
    }
  }
}

function smallFlow(seed: string, number: number): Flow {
  const name = `w${String(number).padStart(4, '0')}`
  const tasks = 2 + Math.floor(seededRandom(`${seed} ${name} tasks`).next() * 5)
  return randomFlow(name, `${seed} ${name}`, tasks, odds)
}

async function dispose(engines: readonly Engine[]): Promise<void> {
  await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()))
}
