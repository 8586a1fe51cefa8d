import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { parseRunId } from '#core/run/ids.ts'
import { openControlPlane } from '#local/open-control-plane.ts'
import { stateFiles } from '#local/state-files.ts'
import { Definitions } from '#operations/definitions.ts'
import { checkRun } from '../invariants/check-run.ts'
import { expectedOf, textOf, type Flow } from './flow.ts'

/** A folder in which engines live and die: state, workflows, and the ledger that commands write. */
export interface Site extends Disposable {
  readonly folder: string
  readonly state: string
  /** Every run with its tasks, by the name of its workflow. */
  runs(): Promise<ReadonlyMap<string, RunDocument>>
  /** All that is not as it must be once every workflow has come to its end; none when all is well. */
  breaches(flows: readonly Flow[]): Promise<readonly string[]>
}

/** Pools that start at once and have room for all: a step is not one more word on what a clone waits for. */
const pools = `apiVersion: forkcast/v1
machine: { vcpus: 16, memory: 4GiB }
pools:
  hot-cpu: { vcpus: 8, memory: 2GiB, startDelay: 0s, spillsTo: [warm-cpu] }
  warm-cpu: { vcpus: 8, memory: 2GiB, startDelay: 0s }
`

/** In memory where there is such a place: a killed process loses nothing that it gave to the kernel. */
const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const patienceMs = 15_000

/** Makes the folder, with these workflows to be run. */
export function makeSite(flows: readonly Flow[]): Site {
  const folder = mkdtempSync(join(root, 'forkcast-killed-'))
  const state = join(folder, 'state')
  mkdirSync(join(folder, 'flows'))
  writeFileSync(join(folder, 'pools.yaml'), pools)
  writeFileSync(join(folder, 'ledger'), '')
  for (const flow of flows) writeFileSync(join(folder, 'flows', `${flow.name}.json`), textOf(flow))
  return {
    folder,
    state,
    runs: () => runsOf(folder, state),
    breaches: (expected) => breachesOf(folder, state, expected),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function reading(folder: string, state: string) {
  const opened = await openControlPlane({
    dir: state,
    mode: 'read',
    poolsFile: join(folder, 'pools.yaml'),
    inherit: {},
    secrets: { environment: () => undefined, folder },
    reaper: '',
  })
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

async function runsOf(folder: string, state: string): Promise<ReadonlyMap<string, RunDocument>> {
  const control = await reading(folder, state)
  const runs = new Map<string, RunDocument>()
  let after: string | undefined
  do {
    const page = await control.runs({ limit: 500, ...(after === undefined ? {} : { after }) })
    for (const { id, workflow } of page.runs) {
      const found = await control.run(id, { tasks: true })
      if (found.ok) runs.set(workflow, found.value)
    }
    after = page.nextCursor
  } while (after !== undefined)
  await control.close({ drainS: 0 })
  return runs
}

async function breachesOf(folder: string, state: string, flows: readonly Flow[]): Promise<readonly string[]> {
  const runs = await runsOf(folder, state)
  return [
    ...(await brokenInvariants(state, [...runs.values()])),
    ...(await wrongOutputs(folder, state, flows, runs)),
    ...executedTwice(folder),
    ...(await processesLeft(folder)),
    ...foldersLeft(state),
  ]
}

async function wrongOutputs(
  folder: string,
  state: string,
  flows: readonly Flow[],
  runs: ReadonlyMap<string, RunDocument>,
): Promise<readonly string[]> {
  const control = await reading(folder, state)
  const breaches: string[] = []
  for (const flow of flows) {
    const run = runs.get(flow.name)
    const outputs = run === undefined ? undefined : await control.outputs(run.id)
    if (run?.state !== 'succeeded' || outputs?.ok !== true) {
      breaches.push(`${flow.name} is ${run?.state ?? 'lost'}: ${run?.error ?? 'no error is told'}`)
      continue
    }
    const expected = expectedOf(flow)
    if (Object.keys(outputs.value).length !== expected.size) breaches.push(`${flow.name} has other outputs`)
    for (const [name, text] of expected) {
      const output = outputs.value[name]
      const found = output?.path === undefined ? 'absent' : readFileSync(output.path, 'utf8')
      if (found !== text) breaches.push(`output ${name} of ${flow.name} is ${found.trim()}, not ${text.trim()}`)
    }
  }
  await control.close({ drainS: 0 })
  return breaches
}

/** A clone of an attempt runs its command once: whoever goes on makes another attempt. */
function executedTwice(folder: string): readonly string[] {
  const breaches: string[] = []
  const seen = new Set<string>()
  for (const line of readFileSync(join(folder, 'ledger'), 'utf8').split('\n')) {
    if (line !== '' && seen.has(line)) breaches.push(`the command of ${line} was run twice`)
    seen.add(line)
  }
  return breaches
}

async function brokenInvariants(state: string, runs: readonly RunDocument[]): Promise<readonly string[]> {
  const store = openSqliteStore(stateFiles(state).store, { readOnly: true })
  const objects = new FileObjects(state)
  const definitions = new Definitions(objects)
  const breaches: string[] = []
  for (const run of runs) {
    const id = parseRunId(run.id)
    const stored = id && (await store.rows.get(id, 'run', 'run'))
    if (stored === undefined) throw new Error(`${run.id} has no row`)
    const { workflow } = await definitions.workflow(stored.value)
    for (const breach of await checkRun(store, objects, stored.value.id, workflow))
      breaches.push(`${run.id}: ${breach}`)
  }
  store.close()
  return breaches
}

/** What the reaper has not ended within its time: whatever has this folder for its home. */
async function processesLeft(folder: string): Promise<readonly string[]> {
  const patientUntil = performance.now() + patienceMs
  for (;;) {
    const left = processesAtHome(folder)
    if (left.length === 0) return []
    if (performance.now() > patientUntil) return left.map((pid) => `process ${pid} was left`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Processes alive whose environment names the folder, as every command's does (Linux). */
function processesAtHome(folder: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`HOME=${folder}`)
    } catch {
      return false
    }
  })
}

function foldersLeft(state: string): readonly string[] {
  const below = (name: string): readonly string[] => {
    const path = join(state, name)
    return existsSync(path) ? readdirSync(path).map((file) => join(name, file)) : []
  }
  const garbage = readdirSync(state).filter((name) => name.startsWith('garbage-'))
  return [...garbage, ...below('work'), ...below('staging')].map((path) => `${path} was left`)
}
