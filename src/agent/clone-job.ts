import type { ContentCache } from '#agent/content-cache.ts'
import type { LogStream } from '#agent/log-files.ts'
import type { Mkfifo } from '#agent/redacting-pipe.ts'
import type { Reaper } from '#agent/start-reaper.ts'
import type { SampledUsage } from '#agent/usage-sampler.ts'
import type { CloneApi } from '#contract/clone-api.ts'
import type { Result } from '#core/result.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { SecretRef } from '#core/workflow/workflow.ts'
import type { Clock } from '#ports/clock.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** Seconds from TERM to KILL, unless the deps say otherwise. */
export const defaultGraceS = 10

/** A clock that also calls back: once, not before `atMs`; what it returns takes it back. */
export interface AgentClock extends Clock {
  at(atMs: number, ring: () => void): () => void
}

/** What the agent needs of the machine and of the control plane. One process runs many clones with the same deps. */
export interface AgentDeps {
  /** A call that rejects is made again; {@link runClone} rejects when no call was answered in time. */
  readonly api: CloneApi
  readonly objects: ObjectStore
  /** Holds one folder a running clone. Best on the object store's file system: reflinks, and moves instead of copies. */
  readonly workFolder: string
  /** Unpacked code by hash; may be shared by processes. Nothing is ever removed from it. Absent: each clone unpacks its own. */
  readonly codeCache?: string | undefined
  /** Content that this machine has had before: for where the object store is not on it. */
  readonly contentCache?: ContentCache
  readonly clock: AgentClock
  /** A new random id: under it one clone holds its lease. */
  readonly holder: () => string
  /** From 0 to below 1, anew each time: spreads out the calls that are made again. */
  readonly random: () => number
  /** The value of a secret, or why it can't be had, in words without the value. Rejects when nobody could be asked. */
  readonly secret: (ref: SecretRef, signal: AbortSignal) => Promise<Result<string, string>>
  /** All that the command inherits of this machine, such as PATH, HOME and LANG. The agent never reads its own environment. */
  readonly inherit: Readonly<Record<string, string>>
  /** Absolute path of a log of a lease: its final place, so that it can be read while the clone runs. */
  readonly logFile: (lease: CloneLease, stream: LogStream) => string
  /** Seconds from TERM to KILL when the timeout has passed. @default 10 */
  readonly killGraceS?: number
  /** A command that writes more than this to one of its logs is ended and has failed; the log is cut there. @default 64 */
  readonly logLimitMiB?: number
  /** Told of each process group, right after its start and after its end: what a reaper has to know. */
  readonly onProcessGroup?: (leader: number, what: 'started' | 'ended') => void
  /** Starts commands in the place of this process; those of tasks with secrets are its own children in any case. */
  readonly start?: Reaper['start']
  /** For where none is on PATH. @default mkfifo */
  readonly mkfifo?: Mkfifo
  /** Counts what commands use, where the kernel does so for this clone alone. @default samples of their processes */
  readonly meter?: Meter
  /** Ends what a command left beside its session: for where nobody else's processes are. TERM, then KILL after `graceS`. */
  readonly endStrays?: (graceS: number) => Promise<void>
  /** Stores the logs of a clone that has ended below its prefix, before it reports: for where they don't lie there already. Never rejects. */
  readonly keepLogs?: (prefix: string) => Promise<void>
}

/** The lease that a clone works under: what it leaves is told by it from what others leave that hold the slot before or after it. */
export interface CloneLease {
  readonly fence: number
  readonly prefix: string
}

/** What the kernel counts for one clone, its agent included. */
export interface Meter {
  /** Begins with a command. */
  start(): Metering
}

/** The count of one command. */
export interface Metering {
  /** Told now and then while the command runs. */
  sample(): void
  /** `memoryKills`: how many processes the kernel ended meanwhile for want of memory. */
  stop(): { readonly usage: SampledUsage; readonly memoryKills: number }
}

/** One clone to run. */
export interface CloneJob {
  readonly slot: SlotRef
  readonly job: string
  /** Its reason is a {@link StopReason}; any other one is taken for an interrupt. */
  readonly signal: AbortSignal
  /** When the job took its place, by the clock of the deps. */
  readonly acceptedAtMs: number
  /** What the clone asked for: tells death by memory from other kills. It is not enforced. */
  readonly memoryMiB?: number
}

/** How a job ended, as a pool would say it. */
export interface CloneExit {
  /**
   * `interrupted` clones have reported nothing, nor have those that were reclaimed without notice, or stopped before they had a lease.
   * `lost`: its lease was.
   */
  readonly outcome: 'refused' | 'claimed' | 'failed' | 'stopped' | 'lost' | 'reclaimed' | 'interrupted'
  /** The command's; 128 and the signal's number when one ended it. `null`: it never ran, or its host was taken away. */
  readonly exitCode: number | null
  /** In words. */
  readonly reason: string
  readonly billedS: number
}
