import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { followTrace } from '#adapters/local/pools/follow-trace.ts'
import { drawFate } from '#core/pools/fate.ts'
import type { Room } from '#core/pools/pool.ts'
import { fits, giveBack, take } from '#core/pools/room.ts'
import type { Random } from '#core/random.ts'
import type { Resources } from '#core/workflow/workflow.ts'
import type { Host, HostEmulation } from '#local/batch/hosts/host.ts'
import { shapeFor } from '#local/batch/hosts/instance-shape.ts'

/** What a fleet is to be at the moment: settings of its environment, which updates change. */
export interface FleetSettings {
  readonly minVcpus: number
  readonly maxVcpus: number
  readonly instanceTypes: readonly string[]
  /** How long a host that has run a job stays without one, beyond the least that the fleet has. */
  readonly idleAfterRunS: number
  /** Likewise one that has run none. */
  readonly idleS: number
  /** Each job has a host of its own size, and gives it back. */
  readonly isFargate: boolean
}

export interface FleetOptions {
  readonly clock: AlarmClock
  readonly emulation: HostEmulation
  readonly random: Random
  readonly settings: () => FleetSettings
  /** There may be room for a job that waits. */
  readonly onRoom: () => void
  /** A host is taken away, with these jobs on it. */
  readonly onReclaimed: (host: Host) => void
}

/** Why a fleet has no host for a job: none of its types is large enough, its limit is too low or reached, or there is none to be had. */
export type NoHost = 'too-large' | 'above-max' | 'full' | 'unavailable'

/** The hosts of one environment: launched for jobs and for its least size, idle for a while, stopped, reclaimed. */
export class Fleet {
  readonly #options: FleetOptions
  readonly #hosts = new Set<Host>()
  /** Whether hosts can be had. */
  #isOpen = true
  readonly #endTrace: () => void = () => undefined

  constructor(options: FleetOptions) {
    this.#options = options
    const { reclaim } = options.emulation
    if (reclaim.kind === 'trace') {
      this.#endTrace = followTrace(options.clock, reclaim.trace, (isOpen) => this.#turn(isOpen))
    }
  }

  /** vCPUs of all hosts that it has or is about to have. */
  get vcpus(): number {
    return sumOf([...this.#hosts].filter(({ isLeaving }) => !isLeaving))
  }

  /** A host with room for a job: one that is ready if there is one, else one that comes; `freeOf` says what is left of it. */
  hostFor(needs: Resources, freeOf: (host: Host) => Room): Host | undefined {
    const { isFargate } = this.#options.settings()
    if (isFargate) return undefined
    const able = [...this.#hosts].filter((host) => !host.isLeaving && fits(needs, freeOf(host)))
    return able.find(({ isReady }) => isReady) ?? able[0]
  }

  /** Launches a host for a job, or says why not. */
  launchFor(needs: Resources): Host | NoHost {
    const { isFargate, instanceTypes, maxVcpus } = this.#options.settings()
    const room = isFargate ? needs : shapeFor(instanceTypes, needs)?.room
    if (room === undefined) return 'too-large'
    if (room.vcpus > maxVcpus) return 'above-max'
    if (!this.#isOpen) return 'unavailable'
    return sumOf(this.#hosts) + room.vcpus > maxVcpus ? 'full' : this.#launch(room)
  }

  /** Has at least so many vCPUs: the least of its settings, or what somebody desires. */
  keep(vcpus = this.#options.settings().minVcpus): void {
    const { maxVcpus, instanceTypes, isFargate } = this.#options.settings()
    while (!isFargate && this.#isOpen && this.vcpus < Math.min(vcpus, maxVcpus)) {
      const missing = vcpus - this.vcpus
      const one = { vcpus: 1, memoryMiB: 0, gpus: 0 }
      const shape = shapeFor(instanceTypes, { ...one, vcpus: Math.ceil(missing) }) ?? shapeFor(instanceTypes, one)
      if (shape === undefined || sumOf(this.#hosts) + shape.room.vcpus > maxVcpus) return
      this.#launch(shape.room)
    }
  }

  /** Looks again at what is idle: the settings have changed. */
  resettle(): void {
    this.keep()
    for (const host of this.#hosts) this.#settleIdle(host)
  }

  /** A job takes its place. */
  place(job: string, needs: Resources, host: Host): void {
    host.jobs.add(job)
    host.free = take(needs, host.free)
    host.hasRun = true
    host.cancelIdle()
  }

  /** A job has left its place. */
  release(job: string, needs: Resources, host: Host): void {
    if (!host.jobs.delete(job)) return
    host.free = giveBack(needs, host.free)
    host.idleSinceMs = this.#options.clock.nowMs()
    if (this.#options.settings().isFargate) host.isLeaving = true
    this.#settleIdle(host)
    this.keep()
    this.#options.onRoom()
  }

  /** Takes a host away with all that runs on it. */
  reclaim(host: Host): void {
    if (!this.#hosts.has(host)) return
    host.isLeaving = true
    host.cancelAlarm()
    this.#options.onReclaimed(host)
    if (host.jobs.size === 0) this.#remove(host)
    this.keep()
  }

  /** Takes away the host that a job is on, if it is one of these. */
  reclaimHostOf(job: string): boolean {
    const host = [...this.#hosts].find(({ jobs }) => jobs.has(job))
    if (host !== undefined) this.reclaim(host)
    return host !== undefined
  }

  /** Lets all hosts go and has new ones: those without a job now, the others with their last one. */
  replace(): readonly Host[] {
    const old = [...this.#hosts]
    for (const host of old) {
      host.isLeaving = true
      if (host.jobs.size === 0) this.#remove(host)
    }
    this.keep()
    return old.filter((host) => this.#hosts.has(host))
  }

  close(): void {
    this.#endTrace()
    for (const host of this.#hosts) this.#remove(host)
  }

  #launch(room: Room): Host {
    const { clock, emulation, random, settings } = this.#options
    const { isFargate } = settings()
    const fate = drawFate(emulation, random)
    const host: Host = {
      fate,
      room,
      free: room,
      jobs: new Set(),
      isReady: false,
      isLeaving: false,
      hasRun: false,
      idleSinceMs: clock.nowMs(),
      cancelAlarm: () => undefined,
      cancelIdle: () => undefined,
    }
    this.#hosts.add(host)
    // A Fargate task comes with its host: it is the job that takes so long to start.
    if (isFargate) this.#ready(host)
    else host.cancelAlarm = clock.at(clock.nowMs() + fate.startDelayS * 1000, () => this.#ready(host))
    return host
  }

  #ready(host: Host): void {
    const { clock, onRoom } = this.#options
    host.isReady = true
    host.idleSinceMs = clock.nowMs()
    const { reclaimAfterS } = host.fate
    if (reclaimAfterS !== null) {
      host.cancelAlarm = clock.at(clock.nowMs() + reclaimAfterS * 1000, () => this.reclaim(host))
    }
    this.#settleIdle(host)
    onRoom()
  }

  #settleIdle(host: Host): void {
    host.cancelIdle()
    if (host.jobs.size > 0 || !host.isReady) return
    if (host.isLeaving) return this.#remove(host)
    const { clock, settings } = this.#options
    const { idleAfterRunS, idleS } = settings()
    const untilMs = host.idleSinceMs + (host.hasRun ? idleAfterRunS : idleS) * 1000
    host.cancelIdle = clock.at(untilMs, () => {
      if (this.vcpus - host.room.vcpus >= settings().minVcpus) this.#remove(host)
    })
  }

  #remove(host: Host): void {
    host.cancelAlarm()
    host.cancelIdle()
    this.#hosts.delete(host)
  }

  #turn(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return
    this.#isOpen = isOpen
    if (!isOpen) for (const host of this.#hosts) this.reclaim(host)
    else {
      this.keep()
      this.#options.onRoom()
    }
  }
}

function sumOf(hosts: Iterable<Host>): number {
  let vcpus = 0
  for (const host of hosts) vcpus += host.room.vcpus
  return vcpus
}
