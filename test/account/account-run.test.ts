import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { remoteControlPlane } from '#client/remote-control-plane.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { sha256 } from '#core/hash.ts'
import type { SlotRef } from '#core/run/ids.ts'
import { bindParams } from '#core/workflow/bind-params.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { type Deployment, type DeploymentOptions, openDeployment } from './deployment.ts'
import { until } from './emulated-queue.ts'

const call = promisify(execFile)
const file = 'examples/anomalies/workflow.yaml'
/** Nothing of it is slow on purpose: what is shown is what comes out of it. */
const params = { 'stall-seconds': 0 }

/** Hashes of files by output and path. */
type Hashes = Readonly<Record<string, string>>

/** Runs the demo on this machine, and gives what is in its outputs. */
async function localHashes(dir: string): Promise<Hashes> {
  const forkcast = async (...words: readonly string[]): Promise<string> =>
    (await call(process.execPath, ['bin/forkcast.ts', ...words, '--dir', dir, '--json'])).stdout
  const { id } = JSON.parse(await forkcast('run', file, '-p', 'stall-seconds=0')) as RunDocument
  const { outputs } = JSON.parse(await forkcast('outputs', id)) as {
    readonly outputs: Readonly<Record<string, { readonly path: string }>>
  }
  return hashesOf(Object.fromEntries(Object.entries(outputs).map(([name, { path }]) => [name, path])))
}

/** Hashes of all that is in these files and folders. */
async function hashesOf(paths: Readonly<Record<string, string>>): Promise<Hashes> {
  const hashes: Record<string, string> = {}
  for (const [name, path] of Object.entries(paths)) {
    const isFolder = (await stat(path)).isDirectory()
    const entries = isFolder ? await readdir(path, { recursive: true, withFileTypes: true }) : []
    const files = isFolder
      ? entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
      : [path]
    for (const one of files) hashes[`${name}/${relative(path, one)}`] = sha256(await readFile(one))
  }
  return hashes
}

/** A machine that does other things besides takes several times as long. */
const timeout = 240_000

/** Runs the demo through the API of a deployment, as the command line does. */
async function runDemo(
  deployment: Deployment,
  policy = { cloning: true, hedging: true },
): Promise<{ readonly run: RunDocument; readonly hashes: Hashes }> {
  const control = remoteControlPlane({ url: deployment.url })
  const loaded = await loadWorkflow(file)
  if (!loaded.ok) throw new Error(loaded.error.rendered)
  const { workflow, uploads } = loaded.value
  const bound = bindParams(workflow, params)
  if (!bound.ok) throw new Error('the parameters are refused')
  await control.upload(uploads)
  const submitted = await control.submit({ workflow, params: bound.value, policy })
  if (!submitted.ok) throw new Error(submitted.error.message)
  const { runId } = submitted.value
  for await (const event of control.events(runId, { follow: true })) if (event.type === 'run.finished') break
  const run = await control.run(runId, { tasks: true })
  const outputs = await control.outputs(runId)
  if (!run.ok || !outputs.ok) throw new Error('the run is gone')
  const folder = await mkdtemp(join(tmpdir(), 'forkcast-outputs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const paths: Record<string, string> = {}
  for (const name of Object.keys(outputs.value)) {
    const saved = await control.saveOutput(runId, name, folder)
    if (!saved.ok) throw new Error(saved.error.message)
    paths[name] = saved.value
  }
  await control.close({ drainS: 0 })
  return { run: run.value, hashes: await hashesOf(paths) }
}

/** What a run took, for whoever reads the log. */
function tell(how: string, deployment: Deployment, run: RunDocument): void {
  const tasks = run.counts.committed ?? 1
  const { makespanS, costUsd } = run
  process.stdout.write(`the demo ${how}: ${tasks} tasks in ${makespanS?.toFixed(1)} s, ${costUsd.toFixed(5)} USD\n`)
  process.stdout.write(`calls per task: ${callsPerTask(deployment, tasks)}\n`)
  process.stdout.write(
    `metrics: ${[...deployment.measured].map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', ')}\n`,
  )
}

/** Requests by task, of each command, but for those of who follows the run; what is less than one for ten tasks is left out. */
function callsPerTask({ trace }: Deployment, tasks: number): string {
  const counted = new Map<string, { readonly calls: number; readonly units: number }>()
  const own = trace.invocations.filter(({ what }) => !what.startsWith('GET '))
  for (const { service, command, readUnits } of own.flatMap(({ calls }) => calls)) {
    const name = `${service} ${command}`
    const { calls, units } = counted.get(name) ?? { calls: 0, units: 0 }
    counted.set(name, { calls: calls + 1, units: units + readUnits })
  }
  return [...counted]
    .filter(([, { calls }]) => calls >= tasks / 10)
    .toSorted(([, a], [, b]) => b.calls - a.calls)
    .map(([name, { calls, units }]) => {
      return `${name} ${(calls / tasks).toFixed(1)}${units > 0 ? ` (${(units / tasks).toFixed(1)} read units)` : ''}`
    })
    .join(', ')
}

describe('the demo through a control plane of an account', () => {
  let dir: string
  let local: Hashes
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'forkcast-local-'))
    local = await localHashes(dir)
  }, timeout)
  afterAll(() => rm(dir, { recursive: true, force: true }))

  async function open(options: DeploymentOptions = {}): Promise<Deployment> {
    const deployment = await openDeployment(options)
    onTestFinished(() => deployment.close())
    return deployment
  }

  it('leaves what it leaves on one machine, byte by byte', { timeout }, async () => {
    const deployment = await open()
    const { run, hashes } = await runDemo(deployment)
    tell('as it is', deployment, run)
    expect([run.state, run.error]).toStrictEqual(['succeeded', null])
    expect(Object.keys(local).length).toBeGreaterThan(4)
    expect(hashes).toStrictEqual(local)
    expect(deployment.errors).toStrictEqual([])
    expect(deployment.measured.get('RunsSucceeded')).toBe(1)
    // Instances of a task come together, and so do their jobs.
    const requests = deployment.trace.invocations.flatMap(({ calls }) => calls)
    const submissions = requests.filter(({ command }) => command === 'SubmitJob').length
    expect(submissions).toBeLessThan((deployment.measured.get('ClonesStarted') ?? 0) * 0.9)
    // The watch has turned itself off again if it came after the end, so it is asked what turned it on.
    expect(requests.map(({ command }) => command)).toContain('EnableRule')
  })

  it('does so when events get lost, double, late and out of order, and hosts are taken away', { timeout }, async () => {
    // A lease of 120 s is over after 12, and the watch comes each 6.
    const timeScale = 10
    const eventKnobs = { drop: 0.3, duplicate: 0.3, delayS: 1, reorderS: 20 }
    // The first clone of each that has a lease: the host of another one may have taken an earlier one along.
    const hostless = ['forest[1]', 'forest[4]', 'zscore[6]']
    const taken = new Set<string>()
    const reclaims = ({ task }: SlotRef): boolean => {
      const isOne = hostless.includes(task) && !taken.has(task)
      if (isOne) taken.add(task)
      return isOne
    }
    const deployment = await open({ timeScale, eventKnobs, reclaims })
    const { run, hashes } = await runDemo(deployment, { cloning: true, hedging: false })
    tell('with faults', deployment, run)
    expect([run.state, run.error]).toStrictEqual(['succeeded', null])
    expect(hashes).toStrictEqual(local)
    expect([...taken].toSorted()).toStrictEqual(hostless)
    // Nothing is active any more: the watch turns itself off.
    await until(async () => !(await deployment.isWatched()))
    expect(deployment.errors).toStrictEqual([])
  })
})
