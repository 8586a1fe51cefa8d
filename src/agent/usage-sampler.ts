import { kernelUnits } from '#agent/kernel-units.ts'
import { processIds, readProcess, type ProcessEntry } from '#agent/process-table.ts'
import type { Usage } from '#core/run/usage.ts'

/** What was seen of a command's processes so far. */
export type SampledUsage = Pick<Usage, 'basis' | 'cpuS' | 'peakMemoryMiB'>

/** A session that is being sampled. */
export interface Watch {
  /** Milliseconds since the command started. */
  readonly ageMs: () => number
  /** Ends the sampling. */
  readonly stop: () => SampledUsage
}

interface Watched {
  readonly leader: number
  readonly startedAtMs: number
  dueAtMs: number
  /** -1: nothing was read. */
  peakPages: number
  cpuTicks: number
  /** Called with each sample; may ask for the next one in so many ms. */
  readonly onSample: () => number | undefined
}

/** Ages of the first samples; commands that end before the first one cost the sampler nothing. */
export const firstSampleMs = 20
const secondSampleMs = 100
const everyMs = 500
/** Samples due this soon are taken along. */
const slackMs = 5
/** Process ids come back after a while, so what is known of them is forgotten. */
const forgetAfterMs = 5000

// One sampler a process: a pass over /proc serves all clones.
const watched = new Set<Watched>()
/** Sessions of the processes that the last pass saw. A process can leave a watched session but never enter one. */
let sessions = new Map<number, number>()
let lastPassMs = 0
let timer: NodeJS.Timeout | undefined
let ringsAtMs = Number.POSITIVE_INFINITY

/**
 * Samples the processes of a session that has just been started: 20, 100 and 500 ms after its start, then every 500 ms.
 * Memory is the greatest sum of resident sets (pages that processes share count for each), CPU what was last seen,
 * children that were waited for included. Without `/proc` the basis is `none`, but `onSample` is called all the same.
 */
export function watchSession(leader: number, onSample: () => number | undefined): Watch {
  const startedAtMs = performance.now()
  const entry: Watched = {
    leader,
    startedAtMs,
    dueAtMs: startedAtMs + firstSampleMs,
    peakPages: -1,
    cpuTicks: 0,
    onSample,
  }
  watched.add(entry)
  arm(entry.dueAtMs)
  return {
    ageMs: () => performance.now() - startedAtMs,
    stop: () => {
      watched.delete(entry)
      return usageOf(entry)
    },
  }
}

/** What two commands used, one after the other. */
export function addUsage(first: SampledUsage, second: SampledUsage): SampledUsage {
  if (first.basis === 'none') return second
  if (second.basis === 'none') return { basis: first.basis, cpuS: first.cpuS, peakMemoryMiB: first.peakMemoryMiB }
  return {
    basis: second.basis,
    cpuS: (first.cpuS ?? 0) + (second.cpuS ?? 0),
    peakMemoryMiB: Math.max(first.peakMemoryMiB ?? 0, second.peakMemoryMiB ?? 0),
  }
}

function usageOf(entry: Watched): SampledUsage {
  if (entry.peakPages < 0) return { basis: 'none', cpuS: null, peakMemoryMiB: null }
  const { bytesPerPage, ticksPerS } = kernelUnits()
  return {
    basis: 'sampled',
    cpuS: entry.cpuTicks / ticksPerS,
    peakMemoryMiB: (entry.peakPages * bytesPerPage) / 1024 ** 2,
  }
}

function arm(atMs: number): void {
  if (ringsAtMs <= atMs) return
  clearTimeout(timer)
  ringsAtMs = atMs
  // A command that runs keeps the process alive by itself. Ends that are waiting to be heard of are heard of before.
  timer = setTimeout(() => setImmediate(pass), Math.max(1, atMs - performance.now())).unref()
}

function pass(): void {
  ringsAtMs = Number.POSITIVE_INFINITY
  const nowMs = performance.now()
  const due = [...watched].filter((entry) => entry.dueAtMs <= nowMs + slackMs)
  if (due.length > 0) sample(due, nowMs)
  if (watched.size > 0) arm(Math.min(...[...watched].map((entry) => entry.dueAtMs)))
}

function sample(due: readonly Watched[], nowMs: number): void {
  const members = membersOf(new Set(due.map((entry) => entry.leader)), nowMs)
  for (const entry of due) {
    const mine = members.get(entry.leader) ?? []
    const pages = sum(mine, 'residentPages')
    // A process that is being started has no pages yet: that says nothing.
    if (pages > 0) {
      entry.peakPages = Math.max(entry.peakPages, pages)
      entry.cpuTicks = Math.max(entry.cpuTicks, sum(mine, 'cpuTicks'))
    }
    entry.dueAtMs = nowMs + (entry.onSample() ?? untilNext(nowMs - entry.startedAtMs))
  }
}

function untilNext(ageMs: number): number {
  if (ageMs + slackMs < secondSampleMs) return secondSampleMs - ageMs
  return (Math.floor((ageMs + slackMs) / everyMs) + 1) * everyMs - ageMs
}

/** Living processes by session, reading only those that are new or belong to one of `leaders`. */
function membersOf(leaders: ReadonlySet<number>, nowMs: number): ReadonlyMap<number, ProcessEntry[]> {
  const before = nowMs - lastPassMs > forgetAfterMs ? new Map<number, number>() : sessions
  const seen = new Map<number, number>()
  const members = new Map<number, ProcessEntry[]>()
  for (const pid of processIds() ?? []) {
    const session = before.get(pid)
    const process = session === undefined || leaders.has(session) ? readProcess(pid) : undefined
    if (process === undefined) {
      if (session !== undefined) seen.set(pid, session)
      continue
    }
    seen.set(pid, process.session)
    if (!process.alive || !leaders.has(process.session)) continue
    const others = members.get(process.session)
    if (others === undefined) members.set(process.session, [process])
    else others.push(process)
  }
  sessions = seen
  lastPassMs = nowMs
  return members
}

function sum(entries: readonly ProcessEntry[], key: 'residentPages' | 'cpuTicks'): number {
  return entries.reduce((total, entry) => total + entry[key], 0)
}
