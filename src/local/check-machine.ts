import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { MachineCheck } from '#contract/machine-check.ts'

/** Below this, runs are likely to fail half-way. */
const leastFreeMiB = 512
/** Node that strips types and has SQLite without a flag. */
const leastNode = { major: 22, minor: 18 }
/** A clock before this was never set: 2024. */
const earliestMs = Date.UTC(2024, 0, 1)

/** Looks at all that a run needs; `dir` is the state directory, which is not made if it is missing. */
export async function checkMachine(dir: string): Promise<readonly MachineCheck[]> {
  return [nodeVersion(), shell(), await processGroups(), ...storage(dir), clock()]
}

function nodeVersion(): MachineCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const ok = major > leastNode.major || (major === leastNode.major && minor >= leastNode.minor)
  const fix = `use Node ${leastNode.major}.${leastNode.minor} or newer; \`npm ci\` in a clone brings one`
  return { name: 'node', ok, found: process.versions.node, fix }
}

function shell(): MachineCheck {
  const { status, error } = spawnSync('sh', ['-eu', '-c', 'exit 0'])
  const found = status === 0 ? 'sh runs' : (error?.message ?? `sh ended with ${status}`)
  return { name: 'shell', ok: status === 0, found, fix: 'put a POSIX `sh` on PATH' }
}

/** Whether a whole group of processes can be ended at once, as clones are. */
async function processGroups(): Promise<MachineCheck> {
  const fix = 'run on Linux or macOS: clones are ended as process groups'
  const child = spawn('sh', ['-c', 'sleep 30'], { detached: true, stdio: 'ignore' })
  const ended = once(child, 'exit')
  // Without a shell both events fail, and one failure is told below.
  ended.catch(() => undefined)
  try {
    await once(child, 'spawn')
    process.kill(-(child.pid as number), 'SIGKILL')
    const [, signal] = (await ended) as [number | null, string | null]
    return { name: 'process groups', ok: signal === 'SIGKILL', found: 'a group was made and ended', fix }
  } catch (error) {
    child.kill('SIGKILL')
    return { name: 'process groups', ok: false, found: words(error), fix }
  }
}

/** The place of the state directory, or of its nearest parent that is there. */
function storage(dir: string): readonly MachineCheck[] {
  let place = resolve(dir)
  let made: string | undefined
  const fixWritable = `choose a folder that you may write to with --dir; ${place} is not one`
  for (;;) {
    try {
      made = mkdtempSync(join(place, '.forkcast-doctor-'))
      break
    } catch (error) {
      const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!missing || dirname(place) === place) {
        return [{ name: 'state directory', ok: false, found: words(error), fix: fixWritable }]
      }
      place = dirname(place)
    }
  }
  try {
    return [
      { name: 'state directory', ok: true, found: `${place} can be written`, fix: fixWritable },
      freeDisk(place),
      walIn(made),
      namedPipe(made),
    ]
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

function freeDisk(place: string): MachineCheck {
  const { bavail, bsize } = statfsSync(place)
  const freeMiB = Math.floor((bavail * bsize) / 2 ** 20)
  const fix = `free some space on the disk of ${place}, or use another one with --dir`
  return { name: 'free disk', ok: freeMiB >= leastFreeMiB, found: `${freeMiB} MiB`, fix }
}

/** Some network file systems can't share memory between processes, which SQLite's write-ahead log needs. */
function walIn(folder: string): MachineCheck {
  const fix = 'keep the state directory on a local disk with --dir'
  try {
    mkdirSync(folder, { recursive: true })
    const database = new DatabaseSync(join(folder, 'probe.sqlite'))
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']
    database.exec('CREATE TABLE probe (x INTEGER) STRICT') // a write makes the log and its shared memory
    database.close()
    return { name: 'sqlite', ok: mode === 'wal', found: `journal mode ${String(mode)}`, fix }
  } catch (error) {
    return { name: 'sqlite', ok: false, found: words(error), fix }
  }
}

/** What the logs of tasks with secrets go through. */
function namedPipe(folder: string): MachineCheck {
  const { status, error, stderr } = spawnSync('mkfifo', ['-m', '600', join(folder, 'pipe')], { encoding: 'utf8' })
  const words = error?.message ?? (stderr.trim() || `mkfifo ended with ${status}`)
  const fix = 'tasks with secrets need it: put `mkfifo` (of coreutils) on PATH, and use a local disk with --dir'
  return { name: 'named pipes', ok: status === 0, found: status === 0 ? 'mkfifo makes them' : words, fix }
}

function clock(): MachineCheck {
  const nowMs = Date.now()
  const fix = "set the machine's clock: run ids and times come from it"
  return { name: 'clock', ok: nowMs >= earliestMs, found: new Date(nowMs).toISOString(), fix }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
