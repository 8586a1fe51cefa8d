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
const workflow = relative('.', fileURLToPath(new URL('anomalies/workflow.yaml', import.meta.url)))

say('Forkcast finds anomalies in eight real CloudWatch series: about 40 tasks, one slow dependency, one lost spot host.')
say('Pools, start delays, prices and the reclaim are emulated on this machine; the tasks are real processes.')
say('')
say('1. Without clones and hedges')
const plain = await run('--no-clones', '--no-hedges')
say('')
say('2. With clones and hedges: same workflow, same pools, same seed')
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
  say(`  makespan        ${seconds(without.makespanS)}  ${seconds(withClones.makespanS)}   ${words(saved)} (${share} %)`)
  say(`  cost            ${usd(without.costUsd)}  ${usd(withClones.costUsd)}   emulated prices`)
  say(`  of it wasted    ${usd(without.wastedCostUsd)}  ${usd(withClones.wastedCostUsd)}   clones that lost, and work that failed`)
  say('')
  say('Why')
  for (const reason of reasons(without, withClones)) say(`  ${reason}`)
}

/** The places where the two runs went apart: the longest waits of the first, and who overtook whom in the second. */
function reasons(without: RunDocument, withClones: RunDocument): readonly string[] {
  const slow = (without.tasks ?? [])
    .map((task) => ({ task, tookS: lastSlot(task)?.timesS.running ?? 0 }))
    .filter(({ tookS }) => tookS >= 2)
    .map(({ task, tookS }) => `without: ${task.id} took ${tookS.toFixed(1)} s and everything behind it waited`)
  const raced = (withClones.tasks ?? []).flatMap((task) => overtaken(task))
  const lost = [without, withClones].flatMap((run, index) =>
    (run.tasks ?? []).flatMap((task) => reclaims(task).map((line) => `${index === 0 ? 'without' : 'with'}: ${line}`)),
  )
  return [...slow, ...raced, ...lost]
}

/** A clone that was not the first one won by more than a moment. */
function overtaken(task: TaskDocument): readonly string[] {
  return task.attempts.flatMap(({ slots }) => {
    const winner = slots.find((slot) => slot.state === 'won')
    const first = slots.find((slot) => slot.clone === 0 && slot.state === 'lost')
    if (winner === undefined || first === undefined || heldS(first) < 1) return []
    const how = winner.kind === 'standby' ? 'the hedge' : `clone ${winner.clone}`
    const behind = `clone 0 on ${first.pool} was stuck and was ended after ${heldS(first).toFixed(1)} s`
    return [`with:    ${task.id} was won by ${how} on ${winner.pool}; ${behind}`]
  })
}

function reclaims(task: TaskDocument): readonly string[] {
  return task.attempts.flatMap(({ slots, remedy }) =>
    slots
      .filter((slot) => slot.cause === 'reclaimed')
      .map((slot) => `the host of ${task.id} clone ${slot.clone} on ${slot.pool} was reclaimed: ${remedy ?? 'another clone went on'}`),
  )
}

function lastSlot(task: TaskDocument): SlotDocument | undefined {
  return task.attempts.at(-1)?.slots.find((slot) => slot.state === 'won')
}

function heldS(slot: SlotDocument): number {
  if (slot.startedAt === null || slot.endedAt === null) return 0
  return (Date.parse(slot.endedAt) - Date.parse(slot.startedAt)) / 1000
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
