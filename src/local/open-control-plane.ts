import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { apiVersion, engineLives, readEngineNote, takeEngineLock } from '#adapters/local/engine-lock.ts'
import { thisMachine } from '#adapters/local/this-machine.ts'
import type { ControlPlane } from '#contract/control-plane.ts'
import type { Problem } from '#contract/problem.ts'
import type { LocalPools } from '#core/pools/emulation.ts'
import { err, ok, type Result } from '#core/result.ts'
import { backgroundEngine } from '#local/background-engine.ts'
import { localControlPlane } from '#local/control-plane.ts'
import { defaultLocalPools } from '#local/default-local-pools.ts'
import type { SecretPlaces } from '#local/machine-secrets.ts'
import { readerSeat } from '#local/reader-seat.ts'
import type { Seat } from '#local/seat.ts'
import { stateFiles } from '#local/state-files.ts'

/** The name under which pools are looked for beside a workflow. */
const poolsFileName = 'forkcast.pools.yaml'

/** How long to try while an engine begins or ends: its drain, and what it takes to end what runs. */
const patienceMs = 30_000

/** How a state directory is opened. */
export interface OpenOptions {
  readonly dir: string
  /** `engine`: to run; `background`: to have it run by another process; `read`: to look, also beside a living engine. */
  readonly mode: 'engine' | 'background' | 'read'
  /** A pools file that must be there. */
  readonly poolsFile?: string
  /** A workflow file whose folder may hold a pools file. */
  readonly beside?: string
  /** Where an engine of this process serves its API. @default a port that is free */
  readonly port?: number
  /** What commands inherit. */
  readonly inherit: Readonly<Record<string, string>>
  /** Where secrets of tasks are looked up. */
  readonly secrets: SecretPlaces
  /** Path of the reaper's program. */
  readonly reaper: string
  /** Path of the command line's program, which is the engine that `background` starts; without it there must be one. */
  readonly program?: string
}

/** The control plane of a state directory, or what is in the way. */
export async function openControlPlane(options: OpenOptions): Promise<Result<ControlPlane, Problem>> {
  // Commands see absolute paths, wherever their working directory is.
  const absolute = { ...options, dir: resolve(options.dir) }
  const pools = await poolsOf(absolute)
  if (!pools.ok) return pools
  const seat =
    options.mode === 'read'
      ? ok(readerSeat({ ...absolute, pools: pools.value }))
      : await openToRun(absolute, pools.value)
  if (!seat.ok) return seat
  return ok(localControlPlane({ seat: seat.value, objectsFolder: stateFiles(absolute.dir).objects }))
}

/**
 * As the engine, or as the guest of the one that there is. What only one of them needs is loaded when it is: a look at what
 * is stored starts in a fraction of the time.
 */
async function openToRun(options: OpenOptions, pools: LocalPools): Promise<Result<Seat, Problem>> {
  const { dir, inherit, secrets, reaper, poolsFile } = options
  const [{ sharedSeat }, { guestSeat }] = await Promise.all([
    import('#local/engine-or-guest.ts'),
    import('#local/guest-seat.ts'),
  ])
  const background = options.mode === 'background' ? backgroundEngine(options) : undefined
  const seat = await sharedSeat({
    patienceMs,
    async take() {
      if (background !== undefined) {
        const address = engineLives(dir) ? readEngineNote(dir).address : undefined
        return address === undefined ? err(background.awaited()) : ok(guestSeat({ dir, pools, address }))
      }
      const lock = takeEngineLock(dir, new Date().toISOString())
      if (lock.ok) {
        rememberPoolsFile(dir, poolsFileOf(options))
        const { becomeEngine } = await import('#local/become-engine.ts')
        return ok(await becomeEngine({ dir, pools, inherit, secrets, reaper, lock: lock.value, port: options.port }))
      }
      const { pid, address, api } = lock.error
      if (address !== undefined && api !== apiVersion) return err(otherEngine(dir, pid))
      return address === undefined ? err(anotherEngine(dir, pid)) : ok(guestSeat({ dir, pools, address }))
    },
  })
  if (!seat.ok || seat.value.role === 'engine' || poolsFile === undefined) return seat
  const used = rememberedPoolsFile(dir)
  if (used === resolve(poolsFile)) return seat
  await seat.value.close({ drainS: 0 })
  return err(otherPools(dir, poolsFile))
}

/** The pools of the file that counts, or the defaults of this machine. */
async function poolsOf(options: OpenOptions): Promise<Result<LocalPools, Problem>> {
  const machine = thisMachine()
  const path = poolsFileOf(options)
  if (path === undefined) return ok(defaultLocalPools(machine))
  const { readPoolsFile } = await import('#local/pools-file.ts')
  const read = await readPoolsFile(path, { machine, required: true })
  if (read.ok) return read
  const { renderDiagnostics } = await import('#core/workflow/render-diagnostics.ts')
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
  const remembered = rememberedPoolsFile(dir)
  if (remembered === undefined) return existsSync(here) ? here : undefined
  return remembered !== null && existsSync(remembered) ? remembered : undefined
}

/** `null`: the defaults; `undefined`: nothing is remembered, or nothing that can be read. */
function rememberedPoolsFile(dir: string): string | null | undefined {
  try {
    return (JSON.parse(readFileSync(stateFiles(dir).poolsNote, 'utf8')) as { readonly file: string | null }).file
  } catch {
    return undefined
  }
}

function rememberPoolsFile(dir: string, path: string | undefined): void {
  writeFileSync(stateFiles(dir).poolsNote, `${JSON.stringify({ file: path ?? null })}\n`)
}

function anotherEngine(dir: string, pid: number | undefined): Problem {
  const who = pid === undefined ? 'another engine' : `another engine (process ${pid})`
  return {
    code: 'ENGINE-ALIVE',
    message: `${who} holds ${dir} and takes no commands`,
    fix: 'wait for it to end, or give this run a directory of its own with --dir',
    exitCode: 5,
  }
}

function otherEngine(dir: string, pid: number | undefined): Problem {
  return {
    code: 'ENGINE-OTHER-VERSION',
    message: `the engine that lives in ${dir} (process ${pid}) is of another version of this program`,
    fix: 'end it first, or give this run a directory of its own with --dir',
    exitCode: 5,
  }
}

function otherPools(dir: string, poolsFile: string): Problem {
  return {
    code: 'ENGINE-ALIVE',
    message: `the engine that lives in ${dir} was started with other pools than ${poolsFile}`,
    fix: 'leave --pools out, or give this run a directory of its own with --dir',
    exitCode: 5,
  }
}
