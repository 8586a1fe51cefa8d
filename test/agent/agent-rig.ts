import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import type { AgentDeps, CloneExit, CloneJob } from '#agent/clone-job.ts'
import type { LogStream } from '#agent/log-files.ts'
import { sessionMembers } from '#agent/process-table.ts'
import { removalsDone } from '#agent/removals.ts'
import { runClone } from '#agent/run-clone.ts'
import type { Assignment, CloneReport, LeaseAnswer, ReportAnswer } from '#contract/clone-api.ts'
import { clonePrefix, logKey } from '#contract/object-keys.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import type { Failure } from '#core/failure/cause.ts'
import { sha256 } from '#core/hash.ts'
import { err, ok } from '#core/result.ts'
import { parseRunId, type SlotRef } from '#core/run/ids.ts'
import type { Manifest, StagedFile } from '#core/run/manifest.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** What a test says of an assignment; the rest is empty. A `script` is a shell command. */
export type Task = Partial<Omit<Assignment, 'slot' | 'prefix'>> & { readonly script?: string }

/** A clone as the control plane sees it once it has ended. */
export interface Ended {
  readonly exit: CloneExit
  readonly report: CloneReport | undefined
  readonly stdout: string
  readonly stderr: string
}

/** An agent with a real object store and a control plane that grants every lease and keeps every report. */
export class AgentRig {
  readonly root = mkdtempSync(join(tmpdir(), 'forkcast-agent-'))
  readonly objects = new FileObjects(this.root)
  readonly reports: CloneReport[] = []
  readonly leaders: number[] = []
  lease: (assignment: Assignment) => LeaseAnswer = (assignment) => ({
    granted: true,
    fence: 1,
    renewEveryS: 40,
    assignment,
  })
  answer: () => ReportAnswer = () => 'accepted'
  renew: () => Promise<boolean> = async () => true
  /** Values of secrets by name, whatever their source. */
  readonly secrets: Record<string, string> = {}
  readonly holders: string[] = []
  /** Told to end once `script` has made `$READY`. */
  readonly ready = join(this.root, 'ready')
  private clones = 0

  deps(assignment: Assignment, more: Partial<AgentDeps> = {}): AgentDeps {
    return {
      api: {
        lease: async ({ holder }) => {
          this.holders.push(holder)
          return this.lease(assignment)
        },
        renew: () => this.renew(),
        report: async (report) => {
          this.reports.push(report)
          return this.answer()
        },
      },
      objects: this.objects,
      workFolder: join(this.root, 'work'),
      codeCache: join(this.root, 'code'),
      clock: createSystemClock(),
      holder: randomUUID,
      random: Math.random,
      secret: async ({ name }) => {
        const value = this.secrets[name]
        return value === undefined ? err('is not set') : ok(value)
      },
      inherit: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      logFile: ({ prefix }, stream) => join(this.root, 'objects', logKey(prefix, stream)),
      killGraceS: 0.3,
      onProcessGroup: (leader, what) => {
        if (what === 'started') this.leaders.push(leader)
      },
      ...more,
    }
  }

  /** Runs a clone to its end. */
  async run(
    task: Task,
    more: { readonly deps?: Partial<AgentDeps>; readonly job?: Partial<CloneJob> } = {},
  ): Promise<Ended> {
    const { script, ...given } = task
    const slot = this.slot(this.clones++)
    const assignment: Assignment = {
      slot,
      command: { kind: 'shell', script: script ?? ':' },
      variant: null,
      validate: null,
      canonical: false,
      secrets: {},
      code: null,
      variables: [],
      outputs: {},
      timeoutS: null,
      idempotencyKey: 'run_00000000/clean[3]',
      prefix: clonePrefix(slot, 1),
      ...given,
      env: { READY: this.ready, ...given.env },
    }
    const job = { slot, job: 'job', signal: new AbortController().signal, acceptedAtMs: Date.now(), ...more.job }
    const exit = await runClone(this.deps(assignment, more.deps), job)
    const report = this.reports.find((candidate) => candidate.slot === slot)
    const log = (stream: LogStream) =>
      existsSync(this.logFile(slot, stream)) ? readFileSync(this.logFile(slot, stream), 'utf8') : ''
    return { exit, report, stdout: log('stdout'), stderr: log('stderr') }
  }

  /** Runs a clone that is told to end once it has made `$READY` and `look` has had a look at its standard output. */
  async runUntilReady(
    task: Task,
    reason: StopReason,
    look: (stdout: string) => void = () => undefined,
  ): Promise<Ended> {
    const controller = new AbortController()
    const slot = this.slot(this.clones)
    const ending = this.run(task, { job: { signal: controller.signal } })
    await until(() => existsSync(this.ready))
    look(this.logFile(slot, 'stdout'))
    controller.abort(reason)
    return await ending
  }

  slot(clone: number): SlotRef {
    return { run: parseRunId('run_00000000')!, task: 'clean[3]', attempt: 1, clone }
  }

  logFile(slot: SlotRef, stream: LogStream): string {
    return join(this.root, 'objects', logKey(clonePrefix(slot, 1), stream))
  }

  /** An object with these contents, as a manifest names it. */
  async object(key: string, contents: string | Uint8Array): Promise<StagedFile> {
    const bytes = Buffer.from(contents)
    await this.objects.writeOnce(key, bytes)
    return { object: key, sha256: sha256(bytes), bytes: bytes.length }
  }

  /** The object store, some of it done in another way. */
  objectsWith(changes: Partial<ObjectStore>): ObjectStore {
    const { objects } = this
    return {
      read: (key) => objects.read(key),
      writeOnce: (key, bytes) => objects.writeOnce(key, bytes),
      fetch: (key, file) => objects.fetch(key, file),
      store: (file, key) => objects.store(file, key),
      size: (key) => objects.size(key),
      slice: (key, offset, limit) => objects.slice(key, offset, limit),
      ...changes,
    }
  }

  /** Writes over an object behind the store's back. */
  corrupt(key: string, contents: string): void {
    const path = join(this.root, 'objects', key)
    rmSync(path)
    writeFileSync(path, contents)
  }

  /** What a test asks at its end: no process and no folder of any clone is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await removalsDone()
    const work = join(this.root, 'work')
    const processes = this.leaders.flatMap((leader) => sessionMembers(leader) ?? [])
    const folders = existsSync(work) ? readdirSync(work) : []
    rmSync(this.root, { recursive: true, force: true })
    assert.deepStrictEqual({ processes, folders }, { processes: [], folders: [] })
  }
}

/** Waits for a condition of the outside world, for a bounded time. */
export async function until(condition: () => boolean): Promise<void> {
  const limitMs = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > limitMs) throw new Error(`did not come true: ${condition.toString()}`)
    await pause(2)
  }
}

/** What a clone claimed. @throws when it did not. */
export function claimOf({ report }: Ended): Manifest {
  if (report?.ended.kind !== 'claimed') throw new Error(`no claim but ${JSON.stringify(report?.ended)}`)
  return report.ended.manifest
}

/** How a clone failed. @throws when it did not. */
export function failureOf({ report }: Ended): Failure {
  if (report?.ended.kind !== 'failed') throw new Error(`no failure but ${JSON.stringify(report?.ended)}`)
  return report.ended.failure
}
