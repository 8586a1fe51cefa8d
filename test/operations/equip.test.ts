import { expect, it } from 'vitest'
import { cloneSessionPolicies } from '#adapters/aws/clone-session-policy.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { allVariables } from '#agent/long-variables.ts'
import type { Assignment, GatheredItem, Variable } from '#contract/clone-api.ts'
import { cloneAnswers } from '#contract/clone-requests.ts'
import { clonePrefix, outputKey } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { ok } from '#core/result.ts'
import { instanceId, parseRunId } from '#core/run/ids.ts'
import { answeredBytes, equip } from '#operations/equip.ts'
import type { CloneScope } from '#ports/clone-credentials.ts'

const run = parseRunId('run_0123456789abcdefghij')!
const slot = { run, task: 'report', attempt: 1, clone: 0 }
/** What a function of an account may answer, in bytes. */
const lambdaBytes = 6 * 1024 ** 2

function assignmentWith(variables: readonly Variable[], more: Partial<Assignment> = {}): Assignment {
  return {
    slot,
    variant: null,
    command: { kind: 'shell', script: 'true' },
    validate: null,
    code: null,
    variables,
    outputs: {},
    canonical: false,
    env: {},
    secrets: {},
    timeoutS: null,
    prefix: clonePrefix(slot, 1),
    idempotencyKey: `${run}/report`,
    ...more,
  }
}

/** All instances of a task, as a workflow with long names has them. */
function gathered(task: string, count: number): Variable {
  const items = Array.from({ length: count }, (_, index): GatheredItem => {
    const object = outputKey(
      clonePrefix({ run, task: instanceId(task, index), attempt: 1, clone: 0 }, 1),
      'verdict.json',
    )
    const output = { type: 'json', object, sha256: sha256(object), bytes: 1_000 } as const
    const value = { series: `a series with a name of its own, number ${index}` }
    return { index, key: `the key of instance ${index}`, value, state: 'committed', output }
  })
  return { name: `INPUT_${task.toUpperCase()}`, value: { kind: 'gather', name: 'verdict.json', items } }
}

const text = (name: string, length: number): Variable => ({ name, value: { kind: 'text', text: 'x'.repeat(length) } })

async function equipped(objects: MemoryObjects, assignment: Assignment) {
  const given = await equip({ objects }, assignment)
  if (!given.ok) throw new Error(given.error)
  return given.value.assignment
}

it('what fits is handed over as it is', async () => {
  const assignment = assignmentWith([gathered('detect', 100), text('PARAM_A', 10)])
  expect(await equipped(new MemoryObjects(), assignment)).toBe(assignment)
})

it('two inputs of 10,000 instances each go by objects: the answer is small, and the clone reads both', async () => {
  const objects = new MemoryObjects()
  const whole = assignmentWith([gathered('detect', 10_000), text('PARAM_A', 10), gathered('classify', 10_000)])
  expect(JSON.stringify(whole).length).toBeGreaterThan(lambdaBytes)
  let scope: CloneScope | undefined
  const issued = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAtMs: 1 }
  const credentials = {
    async issue(of: CloneScope) {
      scope = of
      return ok(issued)
    },
  }

  const given = await equip({ objects, credentials }, whole)

  if (!given.ok || scope === undefined) throw new Error('not equipped')
  const body = JSON.stringify({ granted: true, fence: 1, renewEveryS: 40, ...given.value })
  expect(JSON.stringify({ statusCode: 200, body }).length).toBeLessThan(answeredBytes)
  const heard = cloneAnswers.lease.parse(JSON.parse(body))
  if (!heard.granted) throw new Error('not granted')
  expect(heard.assignment.variables).toStrictEqual([whole.variables[1]])
  const read = await allVariables(objects, heard.assignment)
  if (!read.ok) throw new Error(read.error.why)
  expect(new Map(read.value.map(({ name, value }) => [name, value]))).toStrictEqual(
    new Map(whole.variables.map(({ name, value }) => [name, value])),
  )
  const place = { bucket: 'b', partition: 'aws', region: 'eu-west-1', account: '123456789012' }
  // The credentials are for the lists and for what they list.
  const documents = cloneSessionPolicies(scope, undefined, place).map(({ document }) => document)
  expect(documents).not.toHaveLength(0)
  for (const { value } of heard.assignment.longVariables ?? []) {
    expect(documents.every((document) => document.includes(value.object) || document.includes('blobs/*'))).toBe(true)
  }
  expect(documents[0]).toContain(`runs/${run}/detect[*`)
})

it('clones that are given the same share the objects', async () => {
  const keys: string[] = []
  const objects = new MemoryObjects()
  const write = objects.writeOnce.bind(objects)
  objects.writeOnce = (key, bytes) => {
    keys.push(key)
    return write(key, bytes)
  }
  const list = gathered('detect', 10_000)
  const [first, second] = [text('EACH_N', 1), text('EACH_N', 2)].map((each) => assignmentWith([list, each]))
  const one = await equipped(objects, first as Assignment)
  const other = await equipped(objects, second as Assignment)
  expect(one.longVariables).toStrictEqual(other.longVariables)
  expect(keys).toStrictEqual(one.longVariables?.map(({ value }) => value.object))
})

it('the longest go first, and no more than have to', async () => {
  const third = Math.floor(answeredBytes / 3)
  const variables = [text('A', third - 100), text('B', third + 100), text('C', third), text('D', 1), text('E', 1)]
  const { variables: stay, longVariables } = await equipped(new MemoryObjects(), assignmentWith(variables))
  expect(longVariables?.map(({ name }) => name)).toStrictEqual(['B'])
  expect(stay.map(({ name }) => name)).toStrictEqual(['A', 'C', 'D', 'E'])
})

it('what an answer can’t carry is the end of the clone, in words', async () => {
  const env = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`E${index}`, 'x'.repeat(32 * 1024)]))
  const given = await equip({ objects: new MemoryObjects() }, assignmentWith([], { env }))
  expect(given).toMatchObject({ ok: false, error: expect.stringMatching(/can't carry its \d+ bytes: shorten/) })
})
