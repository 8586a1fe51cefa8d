import { writeFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { vi } from 'vitest'
import { readEngineNote, type EngineAddress } from '#adapters/local/engine-lock.ts'
import type { CliHost } from '#cli/host.ts'
import { main } from '#cli/main.ts'
import { processHost } from '#cli/process-host.ts'
import { openRemote } from '#client/open-remote.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { machineFault } from '#local/machine-fault.ts'
import { openControlPlane } from '#local/open-control-plane.ts'
import { GatedRuns, patience } from '../builders/gated-run.ts'
import { FakeHost } from '../cli/fakes/fake-host.ts'

/** How a command line ended that was run in this process. */
export interface Told {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const { createFiles, readText, now, every } = processHost()

/** A folder with workflows, and the command line over a control plane: that of this machine, or one behind its API. */
export class Site implements AsyncDisposable {
  readonly runs = new GatedRuns()
  readonly #served: boolean
  #dev: { readonly pid: number | undefined; readonly ended: Promise<unknown> } | undefined
  /** What is in front of the service, if anything is. */
  front: string | undefined

  private constructor(served: boolean) {
    this.#served = served
  }

  static async of(kind: 'local' | 'remote'): Promise<Site> {
    const site = new Site(kind === 'remote')
    if (kind === 'remote') await site.serve()
    return site
  }

  /** Where the service is. */
  get address(): EngineAddress {
    const { address } = readEngineNote(this.runs.state)
    if (address === undefined) throw new Error('nothing is served')
    return address
  }

  /** Starts `forkcast dev`. */
  async serve(): Promise<void> {
    const child = this.runs.start(['dev', '--port', '0', '--drain', '0'])
    child.stderr.resume()
    this.#dev = { pid: child.pid, ended: new Promise((done) => child.once('exit', done)) }
    await vi.waitUntil(() => {
      const { pid, address } = readEngineNote(this.runs.state)
      return pid === child.pid && address !== undefined
    }, patience)
  }

  /** Ends it as a machine does that loses its power. */
  async kill(): Promise<void> {
    const { pid, ended } = this.#dev ?? {}
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await ended
  }

  /** The path of a file with that text. */
  write(path: string, text: string | object): string {
    const file = join(this.runs.folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text))
    return file
  }

  /** The path of a workflow whose only task ends when it is told to. */
  sleeping(): string {
    const tasks = { sleep: { run: 'echo began; exec sleep 60' } }
    return this.write('sleeping.json', { apiVersion: 'forkcast/v1', name: 'sleeping', code: 'none', tasks })
  }

  /** A command line, on the way. */
  start(...words: readonly string[]): { readonly host: FakeHost; readonly told: Promise<Told> } {
    const fake = new FakeHost()
    const { state, folder } = this.runs
    const host: CliHost = {
      stdout: fake.stdout,
      stderr: fake.stderr,
      env: {},
      cwd: folder,
      command: 'forkcast',
      version: fake.version,
      schema: fake.schema,
      limits: fake.limits,
      canAsk: fake.canAsk,
      ask: (question) => fake.ask(question),
      checkAccount: () => fake.checkAccount(),
      openDeployer: (choice) => fake.openDeployer(choice),
      checkMachine: () => fake.checkMachine(),
      onSignal: (listener) => fake.onSignal(listener),
      now,
      every,
      readText,
      createFiles,
      loadWorkflow,
      explain: machineFault,
      openControlPlane: (options) =>
        openControlPlane({
          ...options,
          inherit: { PATH: process.env['PATH'] ?? '', HOME: folder },
          secrets: { environment: () => undefined, folder },
          reaper: resolve('src/agent/reaper.ts'),
          program: resolve('bin/forkcast.mjs'),
        }),
      openBatch: (request) => fake.openBatch(request),
      openRemote: async ({ url, dir }) =>
        openRemote({
          url,
          token: this.front === undefined ? undefined : this.address.token,
          engine: async () => readEngineNote(dir).address,
        }),
    }
    const api = this.#served ? ['--api', this.front ?? this.address.url] : []
    const ended = main([...words, '--dir', state, ...api], host)
    return {
      host: fake,
      told: ended.then((code) => ({ code, stdout: fake.stdout.text, stderr: fake.stderr.text })),
    }
  }

  forkcast(...words: readonly string[]): Promise<Told> {
    return this.start(...words).told
  }

  /** A run that a verb with `--json` tells of. */
  async run(...words: readonly string[]): Promise<RunDocument> {
    const told = await this.forkcast(...words, '--json')
    if (told.stdout === '') throw new Error(`${words.join(' ')} said ${told.stderr}`)
    return JSON.parse(told.stdout) as RunDocument
  }

  /** The text of an output. */
  async output(run: string, name: string): Promise<string> {
    const { code, stdout, stderr } = await this.forkcast('outputs', run, name)
    if (code !== 0) throw new Error(`output ${name} of ${run}: ${stderr}`)
    return readFileSync(stdout.trimEnd(), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid } = readEngineNote(this.runs.state)
    if (this.#dev !== undefined) await this.kill()
    else if (pid !== undefined && pid !== process.pid) process.kill(pid, 'SIGTERM')
    // An engine in the background ends in its own time.
    if (this.#dev === undefined) await vi.waitUntil(() => readEngineNote(this.runs.state).pid === undefined, patience)
    this.runs[Symbol.dispose]()
  }
}
