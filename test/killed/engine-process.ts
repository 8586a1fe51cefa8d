import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ControlPlane } from '#contract/control-plane.ts'
import { parseWorkflow } from '#core/workflow/parse-workflow.ts'
import { openControlPlane } from '#local/open-control-plane.ts'
import { arm, type Cut } from './cut-points.ts'

/**
 * A program: `node --import cut-points.ts engine-process.ts`. Says `ready`, and then for each order, a line of JSON, opens
 * an engine as the command line does, says so (`opened`), brings every
 * workflow to its end, says so for each (`ended`), and what came of all.
 */

/** What is to be done in a state directory. */
export interface Order {
  /** Holds `state/`, what commands take for their home, the pools file and `flows/`. */
  readonly folder: string
  /** Workflows that are open at a time. */
  readonly atOnce: number
  readonly cut?: Cut
}

/** What the process says of an order that it came to the end of. */
export interface Done {
  /** Runs that it brought to their end. */
  readonly ended: number
  /** Those among them that an engine before it had left. */
  readonly resumed: number
}

const reaper = fileURLToPath(new URL('../../src/agent/reaper.ts', import.meta.url))

process.stdout.write('ready\n')
for await (const line of createInterface(process.stdin)) {
  const done = await carryOut(JSON.parse(line) as Order)
  process.stdout.write(`${JSON.stringify(done)}\n`)
}

async function carryOut({ folder, atOnce, cut }: Order): Promise<Done> {
  if (cut !== undefined) arm(cut)
  const opened = await openControlPlane({
    dir: join(folder, 'state'),
    mode: 'engine',
    poolsFile: join(folder, 'pools.yaml'),
    inherit: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder },
    secrets: { environment: () => undefined, folder },
    reaper,
  })
  if (!opened.ok) throw new Error(opened.error.message)
  const control = opened.value
  const { over, open } = await runsOf(control)
  const known = new Set([...over, ...open.keys()])
  const names = readdirSync(join(folder, 'flows')).map((file) => file.slice(0, -'.json'.length))
  const fresh = names.filter((name) => !known.has(name)).sort()
  const work = [
    ...[...open.values()].map((run) => () => resumed(control, run)),
    ...fresh.map((name) => () => submitted(control, join(folder, 'flows', `${name}.json`))),
  ]
  process.stdout.write('opened\n')
  const next = work.values()
  const lanes = Array.from({ length: atOnce }, async () => {
    for (const start of next) {
      await followed(control, await start())
      process.stdout.write('ended\n')
    }
  })
  await Promise.all(lanes)
  await control.close({ drainS: 0 })
  return { ended: work.length, resumed: open.size }
}

/** Runs by the name of their workflow: those that are over, and the ids of the others. */
async function runsOf(control: ControlPlane): Promise<{ over: Set<string>; open: Map<string, string> }> {
  const over = new Set<string>()
  const open = new Map<string, string>()
  let after: string | undefined
  do {
    const page = await control.runs({ limit: 500, ...(after === undefined ? {} : { after }) })
    for (const { id, workflow, finishedAt } of page.runs) {
      if (finishedAt === null) open.set(workflow, id)
      else over.add(workflow)
    }
    after = page.nextCursor
  } while (after !== undefined)
  return { over, open }
}

async function submitted(control: ControlPlane, file: string): Promise<string> {
  const parsed = parseWorkflow(readFileSync(file, 'utf8'), { format: 'json', fileName: file })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  const { workflow } = parsed.value
  const answer = await control.submit({ workflow, params: {}, policy: { cloning: true, hedging: true } })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value.runId
}

async function resumed(control: ControlPlane, run: string): Promise<string> {
  const answer = await control.resume(run)
  if (!answer.ok) throw new Error(answer.error.message)
  return run
}

async function followed(control: ControlPlane, run: string): Promise<void> {
  for await (const event of control.events(run, { follow: true })) void event
}
