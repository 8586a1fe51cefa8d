import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { workflowJsonSchema } from '#core/workflow/json-schema.ts'
import { codesIn } from './checked.ts'

const validate = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(workflowJsonSchema())

/** What an editor would say of a YAML text. */
function editorTakes(text: string): boolean {
  return validate(parse(text))
}

describe('the schema for editors', () => {
  it('is the committed one; `npx vitest run test/core/workflow/json-schema.test.ts -u` writes it', async () => {
    const text = `${JSON.stringify(workflowJsonSchema(), null, 2)}\n`
    await expect(text).toMatchFileSnapshot('../../../workflow.schema.json')
  })

  const task = (fields: string) =>
    `{apiVersion: forkcast/v1, name: a, tasks: {l: {run: x, outputs: {o: {path: o.json}}}, t: {run: x, ${fields}}}}`

  it.each([
    ['inputs: { a: { from: l.o }, b: { value: null }, c: { file: d, optional: true } }'],
    ['forEach: { a: [1, { b: 2 }], b: { from: l.o } }, zip: true, key: /a'],
    ['hedge: { after: 30s }, clones: auto, pool: { tier: warm }, retry: { limit: 2, backoff: 1m }'],
    [
      'outputs: { a: { path: b.json, schema: { type: array, items: { $ref: "#/definitions/x" }, definitions: { x: true } } } }',
    ],
    ['resources: { vcpus: 0.5, memory: 300MiB }, estimate: { duration: 20, memory: 512, output: 5MB }'],
    ['when: { any: [{ output: l.o, at: /a, in: [1] }, { not: { all: [{ output: l.o, eq: null, x-a: 1 }] } }] }'],
    ['aggregate: { policy: quorum, of: 2 }, clones: 3'],
    ['variants: { a: {}, b: { run: [y], env: { A: b } } }, aggregate: mean, outputs: { o: { path: o.json } }'],
    ['validate: [a], always: true, allowFailure: true, forEach: { a: [1] }, tolerate: 10%'],
    ["secrets: { A: { from: 'env:B' } }, retry: { on: [user-error] }"],
    ['x-note: { any: [thing] }, env: { A: b }, code: none, timeout: 1.5h, idempotent: false'],
  ])('takes what is taken here: %s', (fields) => {
    expect(codesIn(task(fields))).toStrictEqual([])
    expect(editorTakes(task(fields))).toBe(true)
  })

  it.each([
    ['image_: a'],
    ['clones: 11'],
    ['clones: many'],
    ['timeout: soon'],
    ['inputs: { a: { file: b, value: c } }'],
    ['inputs: { a: {} }'],
    ['inputs: { 1a: { value: b } }'],
    ['forEach: { a: { from: l.o, each: l.o } }'],
    ['pool: { tier: hott }'],
    ['env: { A: 1 }'],
    ['when: { output: l.o }'],
    ['when: { output: l.o, eq: 1, ne: 2 }'],
    ['when: { eq: 1 }'],
    ['when: { not: { output: l.o, eq: 1 }, at: /a }'],
    ['when: { all: [{ output: l.o, gt: true }] }'],
    ['aggregate: { policy: quorum }, clones: 2'],
    ['aggregate: { policy: mean, of: 2 }, clones: 2'],
    ['tolerate: 101%, forEach: { a: [1] }'],
    ['secrets: { A: literal }'],
    ['secrets: { A: { from: literal } }'],
    ['retry: { on: [reclaimed] }'],
    ['variants: { a: { clones: 2 } }'],
    ['outputs: { a: { path: b.json, schema: { typ: array } } }'],
  ])('refuses what is refused here: %s', (fields) => {
    expect(codesIn(task(fields))).not.toStrictEqual([])
    expect(editorTakes(task(fields))).toBe(false)
  })

  it('describes every field', () => {
    const { properties } = workflowJsonSchema() as {
      readonly properties: Record<string, { readonly description?: string }>
    }
    for (const [field, schema] of Object.entries(properties))
      expect(`${field}: ${schema.description}`).not.toMatch('undefined')
    expect(JSON.stringify(workflowJsonSchema())).toMatch('Refused: not run by this version.')
  })
})
