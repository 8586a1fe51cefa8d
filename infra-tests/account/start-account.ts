import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createEventBridgeClient, createSqsClient } from '#adapters/aws/aws-clients.ts'
import { startReaper } from '#agent/start-reaper.ts'
import { deployedRights, type DeployedRights } from '../permissions/deployed-rights.ts'
import { callsVariables, noteCallsOfFunctions } from '../permissions/note-functions.ts'
import { type Agent, buildAgentIn } from './agent.ts'
import { type BatchAccount, openBatchAccount } from './batch-account.ts'
import { serveKnobs } from './batch-knobs.ts'
import { cdkDone, type StackOutputs } from './cdk.ts'
import { account, credentials, openAccount, region } from './emulated-account.ts'
import { jobEventRules } from './job-event-rules.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** What was deployed, and where. */
    deployed: DeployedAccount
  }
}

/** What scenarios know of the account. */
export interface DeployedAccount {
  readonly accountUrl: string
  readonly batchUrl: string
  readonly knobsUrl: string
  readonly apiUrl: string
  readonly bucket: string
  readonly table: string
  /** The synthesised app: its templates, and what a further deployment is made of. */
  readonly assembly: string
  /** Overrides that it was synthesised with. */
  readonly context: readonly string[]
  /** What functions and clones may, and the file of what they asked services for. */
  readonly rights: DeployedRights
  readonly calls: string
  /** For files of scenarios; gone in the end. */
  readonly folder: string
}

/** Starts an account, deploys all stacks to it, and tells how long that took. What it gives back ends all of it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-infra-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  // An interrupted run ends nothing in order.
  process.once('exit', remove)
  const ends: (() => Promise<unknown> | void)[] = [remove]
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    project.provide('deployed', await deploy(folder, (end) => void ends.push(end)))
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function deploy(folder: string, atEnd: (end: () => Promise<unknown> | void) => void): Promise<DeployedAccount> {
  const timed = stopwatch()
  const emulators = join(folder, 'emulator')
  mkdirSync(emulators)
  mkdirSync(join(folder, 'cache'))
  // Ends what is left of the emulator and of containers, should this process be killed.
  const reaper = startReaper({ node: process.execPath, script: resolve('src/agent/reaper.ts'), graceS: 2 })
  atEnd(() => reaper.close())
  const onSession = (leader: number): void => reaper.onProcessGroup(leader, 'started')
  const [emulated, agent] = await Promise.all([openAccount(emulators, onSession), buildAgentIn(folder)])
  atEnd(() => emulated.stop())
  say(`tested against ${emulated.name}, with the AWS Batch of this repository`)
  const config = { endpoint: emulated.url, region, credentials }
  const events = createEventBridgeClient(config)
  const sqs = createSqsClient(config)
  atEnd(() => {
    events.destroy()
    sqs.destroy()
  })
  const calls = join(folder, 'calls')
  const batch = await openBatchAccount({
    folder,
    command: agent.command,
    environment: callsVariables(calls, 'clone'),
    onProcessGroup: reaper.onProcessGroup,
    onEvent: jobEventRules(events, sqs),
    onError: (error) => say(`AWS Batch: ${String(error)}`),
  })
  atEnd(() => batch.endpoint.close())
  const knobs = await serveKnobs(batch.endpoint)
  atEnd(() => knobs.close())
  timed('started')

  const assembly = join(folder, 'cdk.out')
  const context = contextOf(emulated.url, batch, agent)
  await cdkDone(emulated.url, 'synth', '--quiet', '--output', assembly, ...context)
  timed('synthesised')
  await cdkDone(emulated.url, 'bootstrap', `aws://${account}/${region}`, '--app', assembly)
  timed('bootstrapped')
  const outputsFile = join(folder, 'outputs.json')
  const always = ['--require-approval', 'never', '--all']
  await cdkDone(emulated.url, 'deploy', '--app', assembly, ...always, '--outputs-file', outputsFile)
  timed('deployed')
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8')) as StackOutputs
  const { BucketName = '', TableName = '' } = outputs['forkcast-data'] ?? {}
  const { ApiUrl = '' } = outputs['forkcast-control-plane'] ?? {}
  const rights = await deployedRights(emulated.url)
  await noteCallsOfFunctions(emulated.url, calls)
  // Scenarios follow links of the API.
  Object.assign(process.env, callsVariables(calls, 'api'))
  return {
    accountUrl: emulated.url,
    batchUrl: batch.endpoint.url,
    knobsUrl: knobs.url,
    apiUrl: ApiUrl,
    bucket: BucketName,
    table: TableName,
    assembly,
    context,
    rights,
    calls,
    folder,
  }
}

/** The overrides of `bin/app.ts`, as words of the CDK's command line. */
function contextOf(url: string, batch: BatchAccount, agent: Agent): readonly string[] {
  const overrides = {
    agent: agent.file,
    externalPools: JSON.stringify(batch.pools),
    emulatedUrl: url,
    emulatedBatchUrl: batch.endpoint.url,
  }
  return Object.entries(overrides).flatMap(([name, value]) => ['--context', `forkcast:${name}=${value}`])
}

function stopwatch(): (what: string) => void {
  let sinceMs = performance.now()
  return (what) => {
    const nowMs = performance.now()
    say(`${what} in ${((nowMs - sinceMs) / 1000).toFixed(1)} s`)
    sinceMs = nowMs
  }
}

function say(words: string): void {
  process.stdout.write(`infra-tests: ${words}\n`)
}
