import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { checkValue } from '#core/workflow/parse-workflow.ts'
import type { Workflow } from '#core/workflow/workflow.ts'
import { writeWorkflow } from '#core/workflow/write-workflow.ts'
import { taskWith, workflowIn } from './checked.ts'

const everyWord = `
apiVersion: forkcast/v1
name: every
description: every word
labels: { team: a }
code: lib
params: { window: { type: integer, default: 12, description: how many }, items: { type: array, default: [1] } }
defaults: { image: node:24-slim, env: { LEVEL: low }, retry: { backoff: 2s } }
priority: high
deadline: 30m
timeout: 2h
budgetUsd: 0.5
onFailure: stop
tasks:
  list:
    code: none
    run: ls
    outputs: { all: { path: all.json, schema: { type: array } }, logs: { path: logs/, optional: true } }
    estimate: { duration: 20s, memory: 300MiB, output: 5MiB }
  clean:
    code: { blob: 'sha256:${'a'.repeat(64)}' }
    forEach: { series: { from: list.all }, other: { from: params.items }, literal: [1, 2] }
    zip: true
    key: /series/name
    run: [clean, now]
    inputs:
      rules: { file: rules.json, blob: 'sha256:${'b'.repeat(64)}', optional: true }
      plain: { file: plain.txt }
      window: { from: params.window }
      fixed: { value: { b: 1, a: [null] } }
    outputs: { cleaned: { path: cleaned.json } }
    env: { MODE: strict }
    secrets: { TOKEN: { from: env:MY_TOKEN } }
    resources: { vcpus: 0.5, memory: 1GiB }
    clones: 3
    hedge: { after: p99.5 }
    aggregate: { policy: quorum, of: 2 }
    validate: test -s "$OUTPUT_CLEANED"
    pool: { accelerator: cpu, tier: warm, purchase: spot }
    retry: { limit: 3, on: [user-error] }
    timeout: 10m
    tolerate: 10%
  detect:
    forEach: { cleaned: { each: clean.cleaned } }
    variants: { zscore: { run: z, image: other }, forest: { run: f, resources: { vcpus: 2 }, env: { MODE: deep } } }
    aggregate: { policy: best, output: score, goal: min, min: 1 }
    outputs: { score: { path: score.json } }
    tolerate: 2
  report:
    needs: [clean]
    when: { all: [{ param: window, gt: 0 }, { not: { output: list.all, at: /0, in: [1, 2] } }, { any: [{ param: window, ne: 3 }] }] }
    run: report
    inputs: { scores: { from: detect.score } }
    outputs: { html: { path: report.html, type: text } }
    idempotent: false
  notify: { always: true, allowFailure: true, needs: [report], hedge: off, run: tell }
  slow: { run: slow, hedge: { after: 30s }, clones: auto }
outputs: { report: { from: report.html } }
`

const again = (workflow: Workflow): Workflow => {
  const checked = checkValue(writeWorkflow(workflow), 'again')
  if (!checked.ok) throw new Error(JSON.stringify(checked.error))
  return checked.value.workflow
}

it('writes a workflow from which the same workflow is read', () => {
  const workflow = workflowIn(everyWord)
  expect(again(workflow)).toStrictEqual(workflow)
})

it.each(['anomalies', 'sweep', 'wordcount'])('writes the example %s as it is', (name) => {
  const workflow = workflowIn(readFileSync(`examples/${name}/workflow.yaml`, 'utf8'))
  expect(again(workflow)).toStrictEqual(workflow)
})

test('what is left out stays out', () => {
  const workflow = workflowIn(
    '{ apiVersion: forkcast/v1, name: a, params: { p: { type: string } }, tasks: { t: { variants: { a: { run: x }, b: { run: y } } } } }',
  )
  expect(again(workflow)).toStrictEqual(workflow)
})

test('a folder that is called none is no missing code', () => {
  const workflow = workflowIn('{ apiVersion: forkcast/v1, name: a, code: ./none, tasks: { t: { run: x } } }')
  expect(workflow.code).toStrictEqual({ kind: 'folder', path: 'none' })
  expect(again(workflow)).toStrictEqual(workflow)
})

test('quantiles of a hedge keep their digits', () => {
  const digits = fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 999 }))
  fc.assert(
    fc.property(digits, ([whole, part]) => {
      const { hedge } = taskWith(`hedge: { after: p${whole}.${String(part).padStart(3, '0')} }`)
      const workflow = workflowIn('{ apiVersion: forkcast/v1, name: a, tasks: { t: { run: x } } }')
      const hedged = { ...workflow, tasks: workflow.tasks.map((task) => ({ ...task, hedge })) }
      expect(again(hedged).tasks[0]?.hedge).toStrictEqual(hedge)
    }),
  )
})
