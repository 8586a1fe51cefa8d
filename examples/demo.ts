/**
 * The demo of `npm start`: the same workflow on real data, run twice for real on the same pools with the same seed, first
 * without clones and hedges, then with them, and what the race bought.
 */
import { spawn } from 'node:child_process'
import { relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { RunDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'

const forkcast = fileURLToPath(new URL('../bin/forkcast.ts', import.meta.url))
/** Seconds of work from which on a task of this workflow was stuck. */
const stuckS = 2
const workflow = relative('.', fileURLToPath(new URL('anomalies/workflow.yaml', import.meta.url)))

say(
  'Forkcast finds anomalies in eight real CloudWatch series: about 40 tasks, one slow dependency, one lost spot host.',
)
say('Pools, start delays, prices and the reclaim are emulated on this machine; the tasks are real processes.')
say('')
say('1. Without clones and hedges')
const plain = await run('--no-clones', '--no-hedges')
say('')
say('2. With clones and hedges: same workflow, pools and seed; the plan knows the durations of the first run')
const raced = await run()
say('')
compare(plain, raced)
const outputs = JSON.parse(await call('outputs', raced.id, '--json')) as {
  readonly outputs: Readonly<Record<string, { readonly path: string }>>
}
say('')
say(`The report    ${relative('.', outputs.outputs['report']?.path ?? '')}`)
say('')
say('Try next')
say(`  npx forkcast show ${raced.id} 'features[0]'    why it ran where it ran, and what its clones did`)
say(`  npx forkcast graph ${workflow}`)
say('  npx forkcast init hello && npx forkcast run hello/forkcast.yaml    a first workflow of your own')

/** What the second run was spared, and what it paid for that. */
function compare(without: RunDocument, withClones: RunDocument): void {
  const saved = (without.makespanS ?? 0) - (withClones.makespanS ?? 0)
  const share = Math.round((100 * saved) / (without.makespanS ?? 1))
  say('                     without        with')
  say(
    `  makespan        ${seconds(without.makespanS)}  ${seconds(withClones.makespanS)}   ${words(saved)} (${share} %)`,
  )
  say(`  cost            ${usd(without.costUsd)}  ${usd(withClones.costUsd)}   emulated prices`)
  say(
    `  of it wasted    ${usd(without.wastedCostUsd)}  ${usd(withClones.wastedCostUsd)}   clones that lost, and work that failed`,
  )
  say('')
  say('Why')
  for (const reason of reasons(without, withClones)) say(`  ${reason}`)
}

/** The places where the two runs went apart, and what the lost host led to. */
function reasons(without: RunDocument, withClones: RunDocument): readonly string[] {
  const raced = new Map((withClones.tasks ?? []).map((task) => [task.id, task]))
  const apart = (without.tasks ?? []).flatMap((task) => {
    const tookS = winnerOf(task)?.timesS.running ?? 0
    const other = raced.get(task.id)
    return tookS < stuckS || other === undefined
      ? []
      : [`${task.id} took ${tookS.toFixed(1)} s alone; ${overtaken(other)}`]
  })
  return [...apart, ...reclaims('without', without), ...reclaims('with', withClones)]
}

/** Who won, and from where. */
function overtaken(task: TaskDocument): string {
  const winner = winnerOf(task)
  if (winner === undefined) return 'with clones it was not committed'
  const who = winner.kind === 'standby' ? 'the hedge' : `clone ${winner.clone}`
  return `with clones ${who} on ${winner.pool} won after ${(winner.timesS.running ?? 0).toFixed(1)} s of work`
}

function reclaims(label: string, run: RunDocument): readonly string[] {
  return (run.tasks ?? []).flatMap((task) =>
    task.attempts.flatMap(({ slots, remedy }) =>
      slots
        .filter((slot) => slot.cause === 'reclaimed')
        .map(
          (slot) =>
            `${task.id} lost its host on ${slot.pool} in the run ${label}: ${remedy ?? 'another clone went on'}`,
        ),
    ),
  )
}

function winnerOf(task: TaskDocument): SlotDocument | undefined {
  return task.attempts.at(-1)?.slots.find((slot) => slot.state === 'won')
}

async function run(...options: readonly string[]): Promise<RunDocument> {
  return JSON.parse(await call('run', workflow, '--json', ...options)) as RunDocument
}

/** The command line as a user would call it: its data here, its progress on the terminal. */
async function call(...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [forkcast, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  // Ctrl-C reaches the child too, which drains and says how to go on; this waits for it.
  process.on('SIGINT', () => {})
  const [printed, code] = await Promise.all([text(child.stdout), exited])
  if (code === 0) return printed
  process.exit(code ?? 1)
}

function seconds(value: number | null): string {
  return `${(value ?? 0).toFixed(1).padStart(8)} s`
}

function usd(value: number): string {
  return `${value.toFixed(6).padStart(10)}`
}

function words(savedS: number): string {
  return savedS >= 0 ? `${savedS.toFixed(1)} s less` : `${(-savedS).toFixed(1)} s more`
}

function say(line: string): void {
  console.log(line)
}
