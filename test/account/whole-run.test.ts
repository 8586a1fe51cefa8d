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
import { consumptionOf } from './consumption.ts'
import { dropTable, dynamoClient, newBucket, newTable, s3Client } from './emulated-account.ts'
import { withFaults } from './faulty-client.ts'

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

  it('takes some 65 write units and 60 read units a task of two clones, and one object an output', async () => {
    const rows = consumptionOf(dynamo)
    const objects = consumptionOf(s3)
    const engine = rig(script, options)
    const run = await engine.submit(workflow)
    await engine.settle(run)

    const tasks = instances + 2
    const units = (...commands: readonly string[]): number =>
      commands.reduce((sum, name) => sum + (rows.get(name)?.capacityUnits ?? 0), 0) / tasks
    expect(units('TransactWriteItemsCommand', 'PutItemCommand')).toBeGreaterThan(30)
    expect(units('TransactWriteItemsCommand', 'PutItemCommand')).toBeLessThan(75)
    expect(units('GetItemCommand', 'QueryCommand', 'BatchGetItemCommand')).toBeLessThan(75)
    expect(objects.get('PutObjectCommand')?.calls).toBeLessThan(2 * tasks)
  })
})
