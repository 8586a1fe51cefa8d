import { randomBytes } from 'node:crypto'
import type { EngineLock } from '#adapters/local/engine-lock.ts'
import { createScaledClock } from '#adapters/local/scaled-clock.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { startReaper } from '#agent/start-reaper.ts'
import { newInEveryRun, sameInEveryRun } from '#core/pools/chance.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import { engineSeat, type EngineSeat } from '#local/engine-seat.ts'
import { guestCommands } from '#local/guest-commands.ts'
import { serveHttp, type HttpServer } from '#local/http-server.ts'
import { openMachineEngine } from '#local/machine-engine.ts'
import { machineSecrets, type SecretPlaces } from '#local/machine-secrets.ts'
import { openProcessGroups } from '#local/process-groups.ts'
import { stateFiles } from '#local/state-files.ts'
import { tenant } from '#local/tenant.ts'

/** Seconds from TERM to KILL for what a killed engine leaves. */
const reaperGraceS = 5

export interface BecomeEngineOptions {
  readonly dir: string
  readonly pools: LocalPools
  /** What commands inherit. */
  readonly inherit: Readonly<Record<string, string>>
  readonly secrets: SecretPlaces
  /** Path of the reaper's program. */
  readonly reaper: string
  /** The right to be the engine; it is released when the engine ends, or can't begin. */
  readonly lock: EngineLock
  /** Where the API is served. @default a port that is free */
  readonly port?: number | undefined
}

/** Makes this process the engine of a state directory: what a dead one left is ended first. */
export async function becomeEngine(options: BecomeEngineOptions): Promise<EngineSeat> {
  const { dir, pools, inherit, secrets, lock } = options
  const files = stateFiles(dir)
  const clock = pools.timeScale === 1 ? createSystemClock() : createScaledClock(pools.timeScale)
  const reaper = startReaper({ node: process.execPath, script: options.reaper, graceS: reaperGraceS })
  const letGo = (): void => {
    reaper.close()
    lock.release()
  }
  try {
    const groups = await openProcessGroups(files.processGroups, {
      reaper,
      graceS: reaperGraceS,
      workFolder: files.work,
    })
    const chance = pools.seed === null ? newInEveryRun(clock.nowMs()) : sameInEveryRun(pools.seed)
    const engine = openMachineEngine({
      dir,
      pools,
      clock,
      chance,
      inherit,
      secrets,
      onProcessGroup: groups.onProcessGroup,
      start: groups.start,
    })
    await engine.recover()
    const open: { server?: HttpServer } = {}
    let runs: readonly string[] = []
    let closing: Promise<void> | undefined
    const end = async (drainS: number): Promise<void> => {
      try {
        await Promise.all([open.server?.close(), engine.close({ drainS })])
      } finally {
        groups.close()
        letGo()
      }
    }
    const seat = engineSeat({
      engine,
      storeFile: files.store,
      onLive(live) {
        runs = live
        try {
          lock.note({ runs, ...(open.server === undefined ? {} : { address: open.server.address }) })
        } catch {
          // It is for others to see; a disk that takes no more shows at the next commit.
        }
      },
      async onClose({ drainS }) {
        // Told twice: jobs are interrupted first, so that what KILL ends is no failure of theirs.
        if (closing !== undefined) {
          void engine.close({ drainS: 0 }).catch(() => {})
          groups.killAll()
        }
        closing ??= end(drainS)
        await closing
      },
    })
    engine.keepWatch((run) => seat.live().includes(run))
    const token = randomBytes(32).toString('hex')
    open.server = await serveHttp({
      ports: {
        ...seat.reads,
        tenant,
        commands: guestCommands(seat.forGuests, { reads: engine.ports, secret: machineSecrets(secrets) }),
        capacity: () => seat.capacity(),
        isAlive: (run) => seat.live().includes(run),
      },
      news: () => seat.news(),
      staging: files.staging,
      token,
      port: options.port,
    })
    lock.note({ runs, address: open.server.address })
    return seat
  } catch (error) {
    letGo()
    throw error
  }
}
