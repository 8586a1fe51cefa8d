import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import { createSystemIds } from '#adapters/local/system-ids.ts'
import type { AgentDeps } from '#agent/clone-job.ts'
import { removalsDone, removeLater } from '#agent/removals.ts'
import { runClone } from '#agent/run-clone.ts'
import { logKey } from '#contract/object-keys.ts'
import type { Chance } from '#core/pools/chance.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import { startEngine, type Engine } from '#local/engine.ts'
import { machineSecrets, type SecretPlaces } from '#local/machine-secrets.ts'
import { stateFiles } from '#local/state-files.ts'

/** What an engine of this machine is made of. */
export interface MachineEngineOptions {
  /** The state directory; the caller holds its lock. */
  readonly dir: string
  readonly pools: LocalPools
  readonly clock: AlarmClock
  readonly chance: Chance
  /** What commands inherit of this process's environment: PATH, HOME, LANG. */
  readonly inherit: Readonly<Record<string, string>>
  readonly secrets: SecretPlaces
  /** Told of process groups, so that they end even if this process is killed. */
  readonly onProcessGroup?: NonNullable<AgentDeps['onProcessGroup']>
  /** Starts commands in the place of this process. */
  readonly start?: NonNullable<AgentDeps['start']>
}

/** An engine over one state directory: SQLite, files, and the agent in process. */
export function openMachineEngine(options: MachineEngineOptions): Engine {
  const { dir, clock } = options
  const files = stateFiles(dir)
  discardGarbage(dir, [files.work, files.staging])
  const store = openSqliteStore(files.store)
  const objects = new FileObjects(dir)
  const agent: Omit<AgentDeps, 'api'> = {
    objects,
    workFolder: files.work,
    codeCache: files.codeCache,
    clock,
    holder: randomUUID,
    random: Math.random,
    secret: machineSecrets(options.secrets),
    inherit: options.inherit,
    logFile: ({ prefix }, stream) => join(files.objects, logKey(prefix, stream)),
    ...(options.onProcessGroup === undefined ? {} : { onProcessGroup: options.onProcessGroup }),
    ...(options.start === undefined ? {} : { start: options.start }),
  }
  const engine = startEngine({
    store,
    objects,
    clock,
    ids: createSystemIds({ clock }),
    pools: options.pools,
    chance: options.chance,
    runJob: (api, { slot, job, resources }, signal) =>
      runClone({ ...agent, api }, { slot, job, signal, acceptedAtMs: clock.nowMs(), memoryMiB: resources.memoryMiB }),
  })
  return {
    ...engine,
    async close(how) {
      await engine.close(how)
      store.close()
      await removalsDone()
    },
  }
}

/** What a killed engine left half done: out of the way at once, gone when there is time, this time or the next. */
function discardGarbage(dir: string, folders: readonly string[]): void {
  for (const folder of folders) if (existsSync(folder)) renameSync(folder, join(dir, `${garbagePrefix}${randomUUID()}`))
  if (!existsSync(dir)) return
  for (const name of readdirSync(dir)) if (name.startsWith(garbagePrefix)) removeLater(join(dir, name))
}

const garbagePrefix = 'garbage-'
