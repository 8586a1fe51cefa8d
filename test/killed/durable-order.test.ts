import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readEffects, type Effect } from './effects.ts'
import { startEngine, type Engine } from './engine.ts'
import type { Flow, Step } from './flow.ts'
import { killedAt } from './killed-at.ts'
import { makeSite } from './site.ts'

/** t00 -> t01 (two clones) -> t02 (three instances) -> t03; t01 goes on for minutes when it is tried for the first time. */
const steps = [
  step('t00', []),
  step('t01', ['t00'], { clones: 2 }),
  step('t02', ['t01'], { repeats: 'list' }),
  step('t03', ['t02']),
]
const flow: Flow = { name: 'chain', steps }
const lingering: Flow = {
  name: 'chain',
  steps: [step('t00', []), step('t01', ['t00'], { lingers: true }), step('t02', ['t01'])],
}

function step(id: string, reads: readonly string[], changes: Partial<Step> = {}): Step {
  return { id, reads, repeats: 'no', clones: 1, hedged: false, failures: 0, ...changes }
}

let engine: Engine
let log: readonly Effect[]
beforeAll(async () => {
  engine = await startEngine()
  using site = makeSite([flow])
  const file = join(site.folder, 'log')
  await engine.carryOut({ folder: site.folder, atOnce: 1, cut: { log: file } })
  log = readEffects(file)
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
})

/** Where the first effect of that line stands; further ones by `from`. */
function at(line: string, from = 0): number {
  const found = log.findIndex((effect, index) => index >= from && new RegExp(line).test(effect.line))
  if (found === -1) throw new Error(`no effect like ${line}`)
  return found
}

/** Each of these comes before the next: what is slow has ended before the next begins. */
function assertOrder(...lines: readonly string[]): void {
  const places = lines.map((line) => at(line))
  expect(places).toStrictEqual(places.toSorted((a, b) => a - b))
}

describe('what is durable before what', () => {
  it('the definition before the run row', () => {
    assertOrder('^sync .*/staging/', '^link .*/objects/blobs/', '^sync .*/objects/blobs$', 'run.submitted')
  })

  it('the plan before the start of the run', () => {
    const planning = at('run.planning')
    const places = [
      at('^sync .*/staging/', planning),
      at('^link .*/objects/blobs/', planning),
      at('^sync .*/objects/blobs$', planning),
      at('run.started'),
    ]
    expect(places).toStrictEqual(places.toSorted((a, b) => a - b))
  })

  it.each(['t00/1/0', 't01/1/0', 't02[0]/1/0', 't02[2]/1/0', 't03/1/0'])('%s: from its row to its end', (slot) => {
    const [task = '', attempt = ''] = slot.split('/')
    const name = slot.replaceAll('[', String.raw`\[`)
    const folder = slot.replace('[', '.').replace(']', '').replaceAll('/', '.')
    assertOrder(
      String.raw`slot.created\(${name}\)`,
      String.raw`^begin execute .*\b${task.replaceAll('[', String.raw`\[`)}/${attempt}`,
      String.raw`slot.launched\(${name}\)`,
      String.raw`slot.starting\(${name}\)`,
      String.raw`^begin submit .*-${name}( |$)`,
      String.raw`slot.leased\(${name}\)`,
      `^spawn ${name}$`,
    )
    // One of two clones may have lost before it came so far.
    if (!log.some(({ line }) => line.includes(`slot.claimed(${slot})`))) return
    assertOrder(
      `^spawn ${name}$`,
      `^sync .*/work/.*${folder}.*/out/sum.txt`,
      String.raw`^begin link .*/${name}/\d+/out/sum.txt`,
      String.raw`^sync .*/${name}/\d+/out$`,
      String.raw`slot.claimed\(${name}\)`,
    )
  })

  it.each([
    ['t00', 't01'],
    ['t01', 't02[0]'],
    ['t02', 't03'],
  ])('the commit of %s before the rows of %s, and those before its execution', (before, after) => {
    const name = after.replaceAll('[', String.raw`\[`)
    assertOrder(
      String.raw`task.committed\(${before}\)`,
      String.raw`slot.created\(${name}/1/0\)`,
      `^begin execute ${name}/1`,
    )
  })

  it('the execution before its group is written off', () => {
    assertOrder('^execute t01/1', String.raw`group.started\(start:t00\)`)
  })
})

describe('an engine that is killed between the two', () => {
  it.each([
    ['definition, run row', 'commit run.submitted'],
    ['plan, start of the run', 'commit run.started'],
    ['row of the job, its submission', '^submit .*t01/1/0'],
    ['lease, command', '^spawn t01/1/0'],
    ['output files, claim', String.raw`slot.claimed\(t00/1/0`],
    ['claim, commit', String.raw`task.committed\(t01\)`],
    ['commit, rows of successors', String.raw`slot.created\(t01/1/0`],
    ['commit, expansion of a successor', String.raw`task.expanded\(t02`],
    ['expansion, rows of instances', String.raw`slot.created\(t02\[0\]`],
    ['rows, execution', String.raw`^execute t02\[0\]`],
    ['execution, its group written off', String.raw`group.started\(start:t01`],
    ['last commit, end of the run', 'run.finished'],
  ])('%s', async (_between, line) => {
    const outcome = await killedAt(flow, { at: { line }, when: 'before' }, await startEngine(), engine)

    expect(outcome).toMatchObject({ killed: true, breaches: [] })
  })

  it.each([
    ['the lease is there and the command is not', { line: String.raw`slot.leased\(t01/1/0` }, 'after'],
    ['the command is there and nobody was told of it', { line: '^spawn t01/1/0' }, 'after'],
    ['the command was started long ago', { line: '^told t01/1/0' }, 'after'],
  ] as const)('%s: nothing of it is left', async (_what, where, when) => {
    const outcome = await killedAt(lingering, { at: where, when }, await startEngine(), engine)

    expect(outcome).toMatchObject({ killed: true, lost: 1, breaches: [] })
  })
})
