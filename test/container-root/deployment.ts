import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inject, vi } from 'vitest'
import { createTimeoutClock } from '#adapters/local/system-clock.ts'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import type { CloneReport } from '#contract/clone-api.ts'
import { membersText } from '#core/dispatch/array-members.ts'
import { arrayPartOf, childJob } from '#core/dispatch/job-names.ts'
import { newInEveryRun } from '#core/pools/chance.ts'
import { ok } from '#core/result.ts'
import type { RunId, SlotRef } from '#core/run/ids.ts'
import { isSlotTerminal, type SlotRecord } from '#core/run/slot.ts'
import type { TaskRecord } from '#core/run/task.ts'
import type { Task } from '#core/workflow/workflow.ts'
import { startEngine, type Engine } from '#local/engine.ts'
import { cancel } from '#operations/cancel.ts'
import { plan } from '#operations/plan.ts'
import { submit } from '#operations/submit.ts'
import type { PlacedClone } from '#ports/pools.ts'
import { handlerOf, keyOf } from '../builders/clone-bench.ts'
import { cloneEvent } from '../builders/clone-server.ts'
import { dag } from '../builders/dag.ts'
import { emulatedPool } from '../builders/emulation.ts'
import { roomy } from '../builders/rig.ts'
import { shellRoot } from './bare-root.ts'
import { type Container, type ContainerSpec, processesIn, startContainer } from './container.ts'
import { TinyObjects } from './tiny-objects.ts'

/** What is known of a clone once its container has ended. */
export interface EndedClone {
  readonly slot: SlotRecord
  /** What it reported. */
  readonly reports: readonly CloneReport[]
  /** Processes of the container at the moment of its report. */
  readonly alive: readonly string[]
  readonly exitCode: number | null
  readonly said: string
  /** What is left in the root of what the agent had there. */
  readonly left: readonly string[]
}

/** How containers of a test differ from the usual one. */
export interface ContainerOptions extends Pick<
  ContainerSpec,
  'scratchMiB' | 'cache' | 'cgroups' | 'isUnderInit' | 'user'
> {
  readonly fill?: (root: string) => void
  readonly env?: Readonly<Record<string, string>>
  /** Told once the container runs. */
  readonly onStarted?: (container: Container, root: string) => void
  /** How much faster time goes by for the control plane. @default 1 */
  readonly timeScale?: number
  /** Whether nothing that it is told reaches a container. */
  readonly isDeaf?: boolean
  /** Whether jobs are children of arrays. */
  readonly inArray?: boolean
}

/**
 * A deployment on the loopback interface: the handlers of the clone API over a store in memory, objects by S3's protocol, and jobs
 * that are containers.
 */
export class Deployment implements AsyncDisposable {
  readonly objects = new TinyObjects()
  /** Parameters of its account by name. */
  readonly parameters = new Map<string, string>()
  readonly #folder = mkdtempSync(join(tmpdir(), 'forkcast-container-'))
  readonly #runtime = join(inject('agentFolder'), 'runtime')
  readonly #bundle = readFileSync(join(inject('agentFolder'), 'agent.mjs'))
  /** Of the agent's bundle. */
  readonly sha256 = createHash('sha256').update(this.#bundle).digest('hex')
  /** Paths of the clone API that were asked for. */
  readonly asked: string[] = []
  readonly #tokens = signedCloneTokens([keyOf('a')])
  readonly #options: ContainerOptions
  /** In the order of their ends. */
  readonly ended: (Omit<EndedClone, 'slot'> & { readonly attempt: number })[] = []
  readonly #reports: CloneReport[] = []
  readonly #engine: Engine
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #alive = new Map<number, readonly string[]>()
  bundlesGiven = 0

  constructor(options: ContainerOptions = {}) {
    this.#options = options
    const { timeScale = 1 } = options
    const startMs = Date.now()
    const clock = createTimeoutClock(() => startMs + (Date.now() - startMs) * timeScale, timeScale)
    this.#engine = startEngine({
      store: new MemoryStore(),
      objects: new MemoryObjects(),
      clock,
      ids: createSystemIds({ clock }),
      pools: { machine: roomy, pools: [emulatedPool('hot', { tier: 'hot', ...roomy })], timeScale: 1, seed: 1 },
      chance: newInEveryRun(1),
      runJob: async (_, { job, slot }, signal) => {
        const startedAtMs = clock.nowMs()
        const exitCode = await this.#container(slot.attempt, this.#whose(slot, job), signal)
        return { outcome: 'claimed', exitCode, reason: 'exited', billedS: (clock.nowMs() - startedAtMs) / 1000 }
      },
    })
    if (options.inArray === true) {
      const name = ({ slot }: PlacedClone): string => childJob({ array: slot.run, index: 1 })
      Object.assign(this.#engine.ports.pools, { names: async (clones: readonly PlacedClone[]) => clones.map(name) })
    }
    this.#server.listen(0, '127.0.0.1')
  }

  /** What a job tells its container of whose it is. */
  #whose(slot: SlotRef, job: string): Readonly<Record<string, string>> {
    const expiresAtMs = 1e15
    const part = arrayPartOf(job)
    if (part === undefined) {
      const token = this.#tokens.issue({ slot, job, expiresAtMs })
      return { FORKCAST_CLONE_ID: JSON.stringify({ job, slot }), FORKCAST_CLONE_TOKEN: token }
    }
    const array = { array: part.array, run: slot.run, members: membersText([null, slot]) }
    const token = this.#tokens.issueToArray({ ...array, expiresAtMs })
    const index = String(part.index)
    return { FORKCAST_ARRAY: JSON.stringify(array), FORKCAST_CLONE_TOKEN: token, AWS_BATCH_JOB_ARRAY_INDEX: index }
  }

  /** Runs one task to the end of its first clone, or of that of a later attempt. */
  async run(task: Partial<Task>, attempt = 1): Promise<EndedClone> {
    const run = await this.submit(task)
    const { slot, ended } = await vi.waitFor(
      async () => {
        const slot = await this.slot(run, attempt)
        const ended = this.ended.find((each) => each.attempt === attempt)
        if (slot === undefined || !isSlotTerminal(slot.state) || ended === undefined) throw new Error(slot?.state)
        return { slot, ended }
      },
      { timeout: 25_000, interval: 20 },
    )
    return { slot, ...ended }
  }

  async submit(task: Partial<Task>): Promise<RunId> {
    const policy = { cloning: false, hedging: false }
    const { ports } = this.#engine
    const run = await submit(ports, { workflow: dag('A', { A: task }), params: {}, policy, tenant: 'test' })
    await plan(ports, run)
    return run
  }

  async slot(run: RunId, attempt: number): Promise<SlotRecord | undefined> {
    return (await this.#engine.ports.store.rows.get(run, 'slot', `A/${attempt}/0`))?.value
  }

  async task(run: RunId): Promise<TaskRecord | undefined> {
    return (await this.#engine.ports.store.rows.get(run, 'task', 'A'))?.value
  }

  async cancel(run: RunId): Promise<void> {
    await cancel(this.#engine.ports, run, 'enough')
  }

  /** The text of an output that a clone staged out. */
  output({ reports }: Pick<EndedClone, 'reports'>, path: string): string | undefined {
    const { run, attempt } = reports[0]!.slot
    return this.objects.text(`runs/${run}/A/${attempt}/0/1/${path}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close({ drainS: 0 })
    this.#server.close()
    this.#server.closeAllConnections()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #container(
    attempt: number,
    clone: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<number | null> {
    const { fill = shellRoot, env, onStarted, isDeaf, inArray: _, ...more } = this.#options
    const root = this.#rootOf(attempt)
    mkdirSync(root, { recursive: true })
    fill(root)
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    const container = startContainer({
      ...more,
      root,
      runtime: this.#runtime,
      env: {
        ...clone,
        FORKCAST_CLONE_API: url,
        FORKCAST_BUCKET: 'bucket',
        FORKCAST_OBJECTS_URL: `${url}/objects`,
        AWS_REGION: 'eu-west-1',
        ...env,
      },
    })
    onStarted?.(container, root)
    const onAbort = () => {
      if (isDeaf !== true) container.term()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const { exitCode, said } = await container.exited
    signal.removeEventListener('abort', onAbort)
    const left = ['var/lib/forkcast', 'tmp'].flatMap((name) => readdirSync(join(root, name)))
    const reports = this.#reports.filter(({ slot }) => slot.attempt === attempt)
    this.ended.push({ attempt, reports, alive: this.#alive.get(attempt) ?? [], exitCode, said, left })
    return exitCode
  }

  async #secret(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Name } = JSON.parse(await text(request)) as { readonly Name: string }
    const Value = this.parameters.get(Name)
    const body = Value === undefined ? { __type: 'ParameterNotFound' } : { Parameter: { Name, Value } }
    response.writeHead(Value === undefined ? 400 : 200).end(JSON.stringify(body))
  }

  #rootOf(attempt: number): string {
    return join(this.#folder, `root-${attempt}`)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    if (path === '/agent.mjs') {
      this.bundlesGiven += 1
      response.end(this.#bundle)
      return
    }
    if (path === '/objects') return this.#secret(request, response)
    if (path.startsWith('/objects/')) {
      request.url = path.slice('/objects'.length)
      return this.objects.answer(request, response)
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    this.asked.push(path)
    if (path === '/clone/report') {
      const report = JSON.parse(body) as CloneReport
      const { attempt } = report.slot
      this.#alive.set(attempt, processesIn(this.#rootOf(attempt)))
      this.#reports.push(report)
    }
    const { sha256 } = this
    const link = async () => `http://${request.headers.host}/agent.mjs`
    const handler = handlerOf(
      { engine: this.#engine },
      { tokens: this.#tokens, agent: { sha256, link }, credentials: { issue: async () => ok(anyCredentials()) } },
    )
    const event = cloneEvent(path, { headers: request.headers as Record<string, string>, body })
    const { statusCode, headers = {}, body: answer } = await handler(event)
    response.writeHead(statusCode, headers as Record<string, string>).end(answer)
  }
}

function anyCredentials() {
  return { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token', expiresAtMs: Date.now() + 3_600_000 }
}
