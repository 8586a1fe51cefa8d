import { expect, test } from 'vitest'
import type { Assignment } from '#contract/clone-api.ts'
import { sha256 } from '#core/hash.ts'
import { slotKey } from '#core/run/ids.ts'
import { assignmentOf } from '#operations/assignment-of.ts'
import { eventDocument } from '#operations/documents/event-document.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { rig, slotRef, type Rig } from '../builders/rig.ts'
import type { Behaviour } from '../builders/scripted-clone.ts'
import { from, leaves, over } from './drawn.ts'

const rules = new TextEncoder().encode('{"max": 3}')

//  list ─▶ clean[#a, #b], two clones
const workflow = workflowOf(
  [
    task('list', {
      outputs: { ...leaves('series'), folder: { path: 'a/folder/', type: 'directory', optional: false } },
    }),
    task('clean', {
      run: { kind: 'argv', argv: ['node', 'clean.mjs'] },
      code: { kind: 'blob', sha256: 'c'.repeat(64) },
      env: { MODE: 'strict' },
      timeoutS: 60,
      clones: 2,
      forEach: over({ 'series-of': 'list.series', n: [1] }, { key: '/series-of/id' }),
      inputs: {
        rules: { kind: 'file', path: 'conf/rules.json', sha256: sha256(rules), bytes: rules.length, optional: false },
        folder: from('list.folder'),
        text: { kind: 'value', value: 'plain', optional: false },
        nested: { kind: 'value', value: { a: [1] }, optional: false },
        window: from('params.window'),
      },
      outputs: leaves('cleaned'),
    }),
  ],
  { params: { window: { type: 'integer' }, 'dash-ed': { type: 'boolean' }, absent: { type: 'string' } } },
)
const params = { window: 12, 'dash-ed': true }

async function assignments(): Promise<{ engine: Rig; run: string; given: ReadonlyMap<string, Assignment> }> {
  const given = new Map<string, Assignment>()
  const engine = rig((slot, assignment): Behaviour => {
    given.set(slotKey(slot), assignment)
    return { takesS: 1 + slot.clone, outputs: { series: [{ id: 'a' }, { id: 'b' }], cleaned: 1, folder: 'in it' } }
  })
  const run = await engine.run(workflow, { params })
  return { engine, run: run.id, given }
}

test('a clone is told its command, variables, outputs, environment and place, and nothing else', async () => {
  const { run, given } = await assignments()

  expect(given.get('clean[1]/1/0')).toStrictEqual({
    slot: { run, task: 'clean[1]', attempt: 1, clone: 0 },
    variant: null,
    command: { kind: 'argv', argv: ['node', 'clean.mjs'] },
    validate: null,
    compact: ['cleaned'],
    canonical: false,
    secrets: {},
    code: 'c'.repeat(64),
    variables: expect.any(Array),
    outputs: leaves('cleaned'),
    env: { MODE: 'strict' },
    timeoutS: 60,
    prefix: `runs/${run}/clean[1]/1/0/1`,
    idempotencyKey: `${run}/clean[1]`,
  })
})

test('what the workflow gives out is stored as it is, all else may be compact', async () => {
  const compact = new Map<string, readonly string[] | undefined>()
  const pair = { ...leaves('kept'), ...leaves('given') }
  const engine = rig((slot, assignment): Behaviour => {
    compact.set(slot.task, assignment.compact)
    return { takesS: 1, outputs: { kept: 1, given: 2 } }
  })
  const outputs = { result: { task: 'a', output: 'given' } }
  await engine.run(workflowOf([task('a', { outputs: pair }), task('b', { outputs: pair })], { outputs }))
  expect([...compact]).toStrictEqual([
    ['a', ['kept']],
    ['b', ['given', 'kept']],
  ])
})

test('parameters, inputs and items become variables: scalars as text, the rest as JSON, files and folders', async () => {
  const { run, given } = await assignments()

  expect(given.get('clean[1]/1/0')?.variables.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toStrictEqual([
    { name: 'EACH_N', value: { kind: 'text', text: '1' } },
    { name: 'EACH_SERIES_OF', value: { kind: 'json', json: { id: 'b' } } },
    {
      name: 'INPUT_FOLDER',
      value: {
        kind: 'output',
        name: 'folder',
        output: {
          type: 'directory',
          folder: `runs/${run}/list/1/0/1/out/a/folder`,
          bytes: 7,
          files: [
            {
              path: 'content',
              object: expect.stringContaining('/out/a/folder/content'),
              bytes: 7,
              sha256: sha256('"in it"'),
            },
          ],
        },
      },
    },
    { name: 'INPUT_NESTED', value: { kind: 'json', json: { a: [1] } } },
    {
      name: 'INPUT_RULES',
      value: {
        kind: 'file',
        name: 'rules.json',
        file: { object: `blobs/${sha256(rules)}`, sha256: sha256(rules), bytes: rules.length },
      },
    },
    { name: 'INPUT_TEXT', value: { kind: 'text', text: 'plain' } },
    { name: 'INPUT_WINDOW', value: { kind: 'text', text: '12' } },
    { name: 'PARAM_DASH_ED', value: { kind: 'text', text: 'true' } },
    { name: 'PARAM_WINDOW', value: { kind: 'text', text: '12' } },
  ])
})

test('sibling clones are told the same, but for their own place', async () => {
  const { given } = await assignments()
  const placeless = (key: string) => {
    const { slot, prefix, ...rest } = given.get(key) as Assignment
    return { ...rest, slot: { ...slot, clone: null }, prefix: prefix.replace(/\d+\/1$/, '') }
  }

  expect(placeless('clean[0]/1/0')).toStrictEqual(placeless('clean[0]/1/1'))
  expect(given.get('clean[0]/1/0')?.prefix).not.toBe(given.get('clean[0]/1/1')?.prefix)
})

test('asked for again, an assignment is the same: it comes from stored rows only', async () => {
  const { engine, run, given } = await assignments()
  const [record] = (await engine.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error(`no run ${run}`)

  const again = await assignmentOf(engine.engine.ports, record, { slot: slotRef(record.id, 'clean[1]/1/0'), fence: 1 })

  expect(again).toStrictEqual({ ok: true, value: given.get('clean[1]/1/0') })
})

test('an optional output that was not written is a variable that is not set', async () => {
  //  A ─▶ B
  const optional = workflowOf([
    task('A', { outputs: { maybe: { path: 'maybe.json', type: 'json', optional: true } } }),
    task('B', { inputs: { maybe: { kind: 'output', from: { task: 'A', output: 'maybe' }, optional: true } } }),
  ])
  const variables: unknown[] = []
  const engine = rig(({ task: id }, assignment) => {
    if (id === 'B') variables.push(assignment.variables)
    return { takesS: 1 }
  })

  await engine.run(optional)

  expect(variables).toStrictEqual([[]])
})

test('no event as listed shows a token, and no assignment holds one', async () => {
  const tokens: string[] = []
  const { engine, run, given } = await assignments()
  const [record] = (await engine.store.rows.runs('test', { limit: 1 })).items
  if (record === undefined) throw new Error(`no run ${run}`)
  const log = await engine.log(record.id)
  for (const { event } of log) if (event.type === 'slot.launched') tokens.push(event.token)

  const shown = JSON.stringify([log.map(eventDocument), await engine.document(record.id), [...given.values()]])

  expect(tokens).toHaveLength(5)
  for (const token of tokens) expect(shown).not.toContain(token)
})
