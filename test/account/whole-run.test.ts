import { createHash } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openDynamoStore } from '#adapters/aws/dynamo-store.ts'
import { S3Objects } from '#adapters/aws/s3-objects.ts'
import type { Json } from '#core/json.ts'
import { seededRandom } from '#core/random.ts'
import { type RunId, slotKey } from '#core/run/ids.ts'
import { task, workflowOf } from '../builders/dag.ts'
import { rig, type RigOptions } from '../builders/rig.ts'
import type { Behaviour, Script } from '../builders/scripted-clone.ts'
import { from, leaves, numbers, over } from '../operations/drawn.ts'
import { seenRun } from '../properties/seen-run.ts'
import { CallTrace } from './call-trace.ts'
import { dropTable, dynamoClient, newBucket, newTable, s3Client } from './emulated-account.ts'
import { withFaults } from './faulty-client.ts'
import { WriteUnits } from './write-units.ts'

const instances = 20

//  A ─▶ B[0] … B[19] ─▶ C
const workflow = workflowOf([
  task('A', { outputs: leaves('out') }),
  task('B', {
    forEach: over({ n: numbers(instances) }),
    inputs: { a: from('A.out') },
    outputs: leaves('out'),
    clones: 2,
    retry: { limit: 1, backoffS: 5 },
  }),
  task('C', { inputs: { all: from('B.out') }, outputs: leaves('out') }),
])

/** Clones of an instance take times of their own; the first attempt at B[3] fails. */
const script: Script = (slot): Behaviour => {
  const { task: instance, attempt, clone } = slot
  const evidence = 'exit code 1'
  const failure = { cause: 'user-error', confidence: 'certain', exitCode: 1, signal: null, evidence } as const
  const spread = createHash('sha256').update(slotKey(slot)).digest().readUInt8(0)
  if (instance === 'B[3]' && attempt === 1) return { takesS: 5, fails: failure }
  return { takesS: 10 + spread / 4 + clone, outputs: { out: { of: instance } } }
}

/** What a run came to, in words that no two runs differ in. */
async function outcome(options: RigOptions) {
  const engine = rig(script, options)
  const { id, state, counts } = await engine.run(workflow)
  const { tasks } = await seenRun(engine.store, engine.objects, id as RunId, workflow)
  const outputs: Record<string, readonly [string, Readonly<Record<string, Json>>]> = {}
  for (const [name, { state: end, outputs: left }] of tasks) outputs[name] = [end, left]
  return { state, counts, outputs }
}

describe('a whole run with rows in DynamoDB and objects in S3', () => {
  let dynamo: DynamoDBClient
  let s3: S3Client
  let options: RigOptions
  beforeEach(async () => {
    dynamo = dynamoClient('dynamoDbLocal')
    s3 = s3Client()
    const calm = dynamoClient('dynamoDbLocal')
    const table = await newTable(calm)
    const objects = new S3Objects({ client: s3, bucket: await newBucket(s3) })
    options = { store: openDynamoStore({ client: dynamo, table, objects }), objects, remote: true }
    onTestFinished(async () => {
      await dropTable(calm, table)
      calm.destroy()
    })
  })
  afterEach(() => {
    dynamo.destroy()
    s3.destroy()
  })

  it('ends as one in memory does, and keeps the invariants', async () => {
    expect(await outcome(options)).toStrictEqual(await outcome({}))
  })

  it('ends so when requests fail', async () => {
    const faults = withFaults(dynamo, seededRandom('rows'), 0.005)
    withFaults(s3, seededRandom('objects'), 0.01)
    expect(await outcome(options)).toStrictEqual(await outcome({}))
    expect(faults.size).toBeGreaterThan(3)
  })

  it('asks no more of a table, for a task of two clones, than it did when it was counted, and writes one object an output', async () => {
    const trace = new CallTrace()
    trace.watch('dynamo', dynamo)
    trace.watch('s3', s3)
    const engine = rig(script, options)
    await trace.call('work', 'a whole run', async () => engine.settle(await engine.submit(workflow)))

    const tasks = instances + 2
    const calls = trace.invocations.flatMap((invocation) => invocation.calls)
    const writes = new WriteUnits()
    const writeUnits = calls.reduce((sum, { command, input, failed }) => sum + writes.of(command, input, !failed), 0)
    const asked = (command: string): number => calls.filter((call) => call.command === command).length / tasks
    const counted = {
      writeUnits: writeUnits / tasks,
      transactions: asked('TransactWriteItems'),
      reads: asked('GetItem'),
      queries: asked('Query'),
      objects: asked('PutObject'),
    }
    expect(counted.writeUnits).toBeGreaterThan(30)
    expect(counted.writeUnits).toBeLessThan(82)
    expect(counted.transactions).toBeLessThan(11)
    expect(counted.reads).toBeLessThan(45)
    expect(counted.queries).toBeLessThan(13)
    expect(counted.objects).toBeLessThan(1.3)
  })
})
