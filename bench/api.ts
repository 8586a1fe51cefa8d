/**
 * `npm run bench -- api [rounds]`: requests over the loopback interface to `forkcast dev` of the built package while ten runs are
 * alive, beside a server of Node that does nothing. Server and clients are processes of their own on one machine.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { builtPackage } from './built-package.ts'
import { answered, load, type Asked, type Load } from './http-load.ts'

const floorProgram = fileURLToPath(new URL('http-floor.mjs', import.meta.url))

const liveRuns = 10
const reads = 1_000
const submits = 200
const clients = 4

/** Room for two tasks of each run that is alive: what is submitted later is planned, and waits. */
const pools = `apiVersion: forkcast/v1
machine: { vcpus: 2, memory: 4GiB }
seed: 1
pools: { hot-cpu: { vcpus: 2, memory: 4GiB } }
`

export async function bench([rounds = '3']: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-bench-'))
  const children: ChildProcess[] = []
  try {
    writeFileSync(join(folder, 'pools.yaml'), pools)
    const engine = spawn(
      process.execPath,
      [builtPackage(folder), 'dev', '--port', '0', '--drain', '0', '--pools', join(folder, 'pools.yaml')],
      { cwd: folder, stdio: 'ignore' },
    )
    children.push(engine)
    const floor = spawn(process.execPath, [floorProgram], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(floor)
    const [port] = (await once(createInterface({ input: floor.stdout }), 'line')) as [string]
    const { url, token } = await addressOf(folder)
    const submit = submission(url, token)
    const runs = await Promise.all(Array.from({ length: liveRuns }, () => answered(submit(sleeping()))))
    const ids = runs.map((run) => (JSON.parse(run) as { readonly runId: string }).runId)
    for (const id of ids) await untilItRuns(`${url}/runs/${id}`)
    console.log(`load ${loadavg()[0]?.toFixed(1)}; ${liveRuns} runs alive, ${clients} clients with a connection each`)

    const ofRun = (rest: string) => (at: number) => ({ url: `${url}/runs/${ids[at % ids.length]}${rest}` })
    const asked: Readonly<Record<string, (at: number) => Asked>> = {
      'GET /health': () => ({ url: `${url}/health` }),
      'GET /runs': () => ({ url: `${url}/runs` }),
      'GET /runs/{runId}': ofRun(''),
      'GET /runs/{runId}/tasks': ofRun('/tasks'),
      'GET /runs/{runId}/plan': ofRun('/plan'),
      'POST /workflows': () => submit(sleeping()),
    }
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const [name, ask] of Object.entries(asked)) {
        const count = name.startsWith('POST') ? submits : reads
        const ours = await load(engine.pid ?? 0, { count, clients, ask })
        const size = ours.bytes
        const bare = await load(floor.pid ?? 0, {
          count,
          clients,
          ask: (at) => ({ ...ask(at), url: `http://127.0.0.1:${port}/${size}` }),
        })
        console.log(`${name.padEnd(24)} ${shown(ours)}; bare ${shown(bare)}`)
      }
    }
    console.log(`load ${loadavg()[0]?.toFixed(1)} after`)
  } finally {
    for (const child of children) await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = once(child, 'exit')
  child.kill('SIGTERM')
  await over
}

/** Where the engine takes requests, once it does. */
async function addressOf(folder: string): Promise<{ readonly url: string; readonly token: string }> {
  const note = join(folder, '.forkcast/engine.json')
  for (let tries = 0; tries < 600; tries += 1) {
    const said = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as { readonly address?: never }) : {}
    if (said.address !== undefined) return said.address
    await wait(50)
  }
  throw new Error('the engine did not start')
}

function submission(url: string, token: string): (workflow: object) => Asked {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return (workflow) => ({ url: `${url}/workflows`, method: 'POST', headers, body: JSON.stringify({ workflow }) })
}

/** Twenty tasks, of which two run for longer than is measured. */
function sleeping(): object {
  const task = (needs: readonly string[]) => ({ run: ['sleep', '3600'], needs, resources: { vcpus: 0.1, memory: 4 } })
  const tasks = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`t${at}`, task(at < 2 ? [] : [`t${at - 2}`])]),
  )
  return { apiVersion: 'forkcast/v1', name: 'alive', code: 'none', tasks }
}

async function untilItRuns(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const { state } = JSON.parse(await answered({ url })) as { readonly state: string }
    if (state === 'running') return
    await wait(50)
  }
  throw new Error('a run did not start')
}

function shown({ perSecond, p50Ms, p99Ms, cpuMs, bytes }: Load): string {
  return `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, CPU ${cpuMs.toFixed(2)} ms, ${bytes} bytes`
}
