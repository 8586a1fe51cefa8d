import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { liveRuns, takeEngineLock } from '#adapters/local/engine-lock.ts'
import { FileObjects } from '#adapters/local/file-objects.ts'
import { createScaledClock } from '#adapters/local/scaled-clock.ts'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import { createSystemClock } from '#adapters/local/system-clock.ts'
import { thisMachine } from '#adapters/local/this-machine.ts'
import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { startReaper, type Reaper } from '#agent/start-reaper.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import { newInEveryRun, sameInEveryRun } from '#core/pools/chance.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import { err, ok, type Result } from '#core/result.ts'
import { renderDiagnostics } from '#core/workflow/render-diagnostics.ts'
import { localControlPlane } from '#local/control-plane.ts'
import { openMachineEngine } from '#local/machine-engine.ts'
import { defaultLocalPools, poolsFileName, readPoolsFile } from '#local/pools-file.ts'
import { stateFiles } from '#local/state-files.ts'
import { Definitions } from '#operations/definitions.ts'

/** Seconds from TERM to KILL for what a killed engine leaves. */
const reaperGraceS = 5

/** How a state directory is opened. */
export interface OpenOptions {
  readonly dir: string
  /** `engine`: to run; `read`: to look, also beside a living engine. */
  readonly mode: 'engine' | 'read'
  /** A pools file that must be there. */
  readonly poolsFile?: string
  /** A workflow file whose folder may hold a pools file. */
  readonly beside?: string
  /** What commands inherit. */
  readonly inherit: Readonly<Record<string, string>>
  /** Path of the reaper's program. */
  readonly reaper: string
}

/** The control plane of a state directory, or what is in the way. */
export async function openControlPlane(options: OpenOptions): Promise<Result<ControlPlane, Problem>> {
  // Commands see absolute paths, wherever their working directory is.
  const absolute = { ...options, dir: resolve(options.dir) }
  const pools = await poolsOf(absolute)
  if (!pools.ok) return pools
  return options.mode === 'engine' ? openToRun(absolute, pools.value) : openToRead(absolute, pools.value)
}

async function openToRun(options: OpenOptions, pools: LocalPools): Promise<Result<ControlPlane, Problem>> {
  const { dir, inherit } = options
  const clock = pools.timeScale === 1 ? createSystemClock() : createScaledClock(pools.timeScale)
  const lock = takeEngineLock(dir, new Date(clock.nowMs()).toISOString())
  if (!lock.ok) return err(anotherEngine(dir, lock.error.pid))
  const reaper = startReaper({ node: process.execPath, script: options.reaper, graceS: reaperGraceS })
  const chance = pools.seed === null ? newInEveryRun(clock.nowMs()) : sameInEveryRun(pools.seed)
  const groups = new Set<number>()
  const onProcessGroup: Reaper['onProcessGroup'] = (leader, what) => {
    if (what === 'started') groups.add(leader)
    else groups.delete(leader)
    reaper.onProcessGroup(leader, what)
  }
  const engine = openMachineEngine({ dir, pools, clock, chance, inherit, onProcessGroup })
  let closing: Promise<void> | undefined
  await engine.recover()
  return ok(
    localControlPlane({
      reads: engine.ports,
      engine,
      liveElsewhere: () => [],
      onLive: lock.value.note,
      objectsFolder: stateFiles(dir).objects,
      async onClose(how) {
        // Told twice: jobs are interrupted first, so that what KILL ends is no failure of theirs.
        if (closing !== undefined) {
          void engine.close({ drainS: 0 })
          for (const leader of groups) killGroup(leader)
        }
        closing ??= engine.close(how).then(() => {
          reaper.close()
          lock.value.release()
        })
        await closing
      },
    }),
  )
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // It has ended since.
  }
}

/** A directory in which nothing was run yet reads as one without runs, and is not made. */
async function openToRead({ dir }: OpenOptions, pools: LocalPools): Promise<Result<ControlPlane, Problem>> {
  const files = stateFiles(dir)
  const sqlite = existsSync(files.store) ? openSqliteStore(files.store, { readOnly: true }) : undefined
  const objects = new FileObjects(dir)
  return ok(
    localControlPlane({
      reads: {
        store: sqlite ?? new MemoryStore(),
        objects,
        clock: createSystemClock(),
        definitions: new Definitions(objects),
        pools: { describe: async () => pools.pools.map(({ pool }) => pool) },
      },
      engine: undefined,
      liveElsewhere: () => liveRuns(dir),
      objectsFolder: files.objects,
      onClose: async () => sqlite?.close(),
    }),
  )
}

/** The pools of the file that counts, or the defaults of this machine. */
async function poolsOf(options: OpenOptions): Promise<Result<LocalPools, Problem>> {
  const machine = thisMachine()
  const path = poolsFileOf(options)
  if (options.mode === 'engine') rememberPoolsFile(options.dir, path)
  if (path === undefined) return ok(defaultLocalPools(machine))
  const read = await readPoolsFile(path, { machine, required: true })
  if (read.ok) return read
  const { diagnostics, source } = read.error
  return err({
    code: 'POOLS-FILE',
    message: renderDiagnostics(diagnostics, source),
    fix: `mend ${path}, or leave it out for the default pools`,
    exitCode: 2,
  })
}

/**
 * The file that was named; for a workflow, one beside it or in the working directory; for all else (a run that is
 * resumed, a look at the pools) the one that the state directory was last run with.
 */
function poolsFileOf({ dir, poolsFile, beside }: OpenOptions): string | undefined {
  if (poolsFile !== undefined) return resolve(poolsFile)
  const here = resolve(poolsFileName)
  if (beside !== undefined) {
    const places = beside === '-' ? [here] : [resolve(dirname(beside), poolsFileName), here]
    return places.find((path) => existsSync(path))
  }
  const { poolsNote } = stateFiles(dir)
  if (!existsSync(poolsNote)) return existsSync(here) ? here : undefined
  const remembered = (JSON.parse(readFileSync(poolsNote, 'utf8')) as { readonly file: string | null }).file
  return remembered !== null && existsSync(remembered) ? remembered : undefined
}

function rememberPoolsFile(dir: string, path: string | undefined): void {
  mkdirSync(dir, { recursive: true })
  writeFileSync(stateFiles(dir).poolsNote, `${JSON.stringify({ file: path ?? null })}\n`)
}

function anotherEngine(dir: string, pid: number | null): Problem {
  const who = pid === null ? 'another engine' : `another engine (process ${pid})`
  return {
    code: 'ENGINE-ALIVE',
    message: `${who} works on ${dir}`,
    fix: 'wait for it to end, or give this run a directory of its own with --dir',
    exitCode: 5,
  }
}
