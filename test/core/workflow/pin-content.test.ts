import { expect, it } from 'vitest'
import { canonicalBytes } from '#core/hash.ts'
import { pinContent } from '#core/workflow/pin-content.ts'
import { workflowIn } from './checked.ts'

const workflow = workflowIn(`
apiVersion: forkcast/v1
name: test
tasks:
  own: { run: x, code: sub }
  shared: { run: x, inputs: { b: { file: b.json }, a: { value: 1 }, c: { file: missing, optional: true } } }
  none: { run: x, code: none }
  sent: { run: x, inputs: { a: { file: a, blob: 'sha256:${'1'.repeat(64)}' } } }
`)

it('names folders and files by the hash of their content', () => {
  const pinned = pinContent(workflow, {
    code: new Map([
      ['.', 'c0'],
      ['sub', 'c1'],
    ]),
    files: new Map([['b.json', { sha256: 'f0', bytes: 7 }]]),
  })
  expect(pinned.code).toStrictEqual({ kind: 'blob', sha256: 'c0' })
  expect(pinned.tasks.map(({ id, code, inputs }) => [id, code, inputs])).toStrictEqual([
    ['none', { kind: 'none' }, {}],
    ['own', { kind: 'blob', sha256: 'c1' }, {}],
    [
      'sent',
      { kind: 'blob', sha256: 'c0' },
      { a: { kind: 'file', path: 'a', sha256: '1'.repeat(64), optional: false } },
    ],
    [
      'shared',
      { kind: 'blob', sha256: 'c0' },
      {
        a: { kind: 'value', value: 1, optional: false },
        b: { kind: 'file', path: 'b.json', sha256: 'f0', bytes: 7, optional: false },
      },
    ],
  ])
  expect(new TextDecoder().decode(canonicalBytes(pinned))).toBe(JSON.stringify(pinned))
})

it('names a folder that no task works in by nothing', () => {
  expect(pinContent(workflow, { code: new Map(), files: new Map() }).code).toStrictEqual({ kind: 'none' })
})
