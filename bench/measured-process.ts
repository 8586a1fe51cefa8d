import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** What a whole process took, from before it was made to after it was seen to have ended. */
export interface Measured {
  readonly wallMs: number
  /**
   * User and system time of the process, of all that it or its children have waited for, and of children that outlive it (an
   * engine's reaper, as last seen).
   */
  readonly cpuMs: number
  readonly peakMiB: number
  /** Until its first line that matches, if one did. */
  readonly firstMs: number | undefined
}

export interface MeasuredOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly firstLine?: RegExp
}

/** How often what can't be asked of a process afterwards is read. */
const sampledMs = 20
const msPerTick = 10

/** Runs a program to its end and measures it. Reads `/proc`, so on Linux only. @throws when it fails. */
export async function measured(
  [program, ...rest]: readonly [string, ...string[]],
  options: MeasuredOptions,
): Promise<Measured> {
  const { cwd, firstLine } = options
  const waitedBefore = waitedForMs()
  const startMs = performance.now()
  const child = spawn(program, rest, {
    cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', firstLine === undefined ? 'ignore' : 'pipe', 'inherit'],
  })
  let firstMs: number | undefined
  if (firstLine !== undefined && child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (firstMs === undefined && firstLine.test(line)) firstMs = performance.now() - startMs
    })
  }
  const leader = child.pid ?? 0
  let peakMiB = 0
  const outliving = new Map<number, number>()
  const sample = (): void => {
    peakMiB = Math.max(peakMiB, peakOf(leader))
    if (outliving.size === 0) for (const pid of reapersOf(leader)) outliving.set(pid, 0)
    for (const [pid, before] of outliving) outliving.set(pid, Math.max(before, cpuOf(pid)))
  }
  const timer = setInterval(sample, sampledMs)
  const [exitCode] = (await once(child, 'exit')) as [number | null]
  const wallMs = performance.now() - startMs
  clearInterval(timer)
  for (const [pid, before] of outliving) outliving.set(pid, Math.max(before, cpuOf(pid)))
  if (exitCode !== 0) throw new Error(`${program} ${rest.join(' ')} ended with exit code ${exitCode}`)
  const outlivingMs = [...outliving.values()].reduce((sum, ms) => sum + ms, 0)
  return { wallMs, cpuMs: waitedForMs() - waitedBefore + outlivingMs, peakMiB, firstMs }
}

/** CPU of this process's children that have ended, and of theirs. */
function waitedForMs(): number {
  const stat = statOf('self')
  return (stat(16) + stat(17)) * msPerTick
}

/** CPU of a process and of its children that have ended, in milliseconds; 0 when it is gone. */
export function cpuOf(pid: number): number {
  const stat = statOf(pid)
  return (stat(14) + stat(15) + stat(16) + stat(17)) * msPerTick
}

function reapersOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && statOf(pid)(4) === parent && textOf(`/proc/${pid}/cmdline`).includes('reaper'))
}

function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024
}

/** Fields of `/proc/<pid>/stat` by the numbers of its manual, from 3 on; the name before them may hold spaces. */
function statOf(pid: number | 'self'): (field: number) => number {
  const text = textOf(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (field) => Number(fields[field - 3] ?? 0)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
