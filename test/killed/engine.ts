import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Done, Order } from './engine-process.ts'

/** A real engine process, loaded and waiting for orders: what a start costs is paid before it counts. */
export interface Engine extends AsyncDisposable {
  readonly pid: number
  /** What it says of the order, or `killed`. It tells when its engine is open, and of each run's end. @throws when it ends in any other way. */
  carryOut(order: Order, onNews?: (news: 'opened' | 'ended') => void): Promise<Done | 'killed'>
  readonly kill: (signal: NodeJS.Signals) => void
}

const preload = fileURLToPath(new URL('cut-points.ts', import.meta.url))
const program = fileURLToPath(new URL('engine-process.ts', import.meta.url))
/** Compiled code of engines that ended well, for those that start later. */
const compileCache = join(tmpdir(), 'forkcast-compile-cache')

/** Starts one and waits until it is ready. */
export async function startEngine(): Promise<Engine> {
  const child = spawn(process.execPath, ['--import', preload, program], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // What becomes of an order that it did not live to read is told by its end.
  child.stdin.on('error', () => undefined)
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: NodeJS.Signals | null]>
  // It is gone, but for what was said last.
  const ended = once(child, 'close')
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next()
    return done === true ? undefined : value
  }
  if ((await next()) !== 'ready') throw new Error(`no engine: ${complaint}`)
  return {
    pid: child.pid!,
    async carryOut(order, onNews) {
      tell(child, order)
      let line = await next()
      for (; line === 'opened' || line === 'ended'; line = await next()) onNews?.(line)
      if (line !== undefined) return JSON.parse(line) as Done
      const [code, signal] = await exited
      await ended
      if (signal === 'SIGKILL') return 'killed'
      throw new Error(`the engine ended with ${signal ?? code}: ${complaint}`)
    },
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    },
  }
}

function tell(child: ChildProcessWithoutNullStreams, order: Order): void {
  child.stdin.write(`${JSON.stringify(order)}\n`)
}
