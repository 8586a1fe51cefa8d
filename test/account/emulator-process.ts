import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** An emulator of AWS services that runs in a process of ours. */
export interface Emulator {
  readonly url: string
  stop(): Promise<void>
}

/** How an emulator is started, and heard. */
export interface EmulatorCommand {
  readonly name: string
  readonly command: string
  readonly parameters: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Answers once it is up. */
  readonly probe: string
  readonly beforeStop?: (url: string) => Promise<unknown>
  /** Told of the session that it and all that it starts are in then, so that somebody ends it should this process die. */
  readonly onSession?: (leader: number) => void
}

const startMs = 60_000
const stopMs = 3_000

/** A port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the loopback interface has no ports')
  return address.port
}

/** Starts an emulator and waits until it answers. @throws with the last of what it said when it does not. */
export async function startEmulator(port: number, how: EmulatorCommand): Promise<Emulator> {
  const url = `http://127.0.0.1:${port}`
  const child = spawn(how.command, how.parameters, {
    env: { PATH: process.env['PATH'], ...how.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: how.onSession !== undefined,
  })
  if (child.pid !== undefined) how.onSession?.(child.pid)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-4_000)))
  }
  const failed = once(child, 'error').then(([error]) => error as Error)
  const untilMs = performance.now() + startMs
  while (!(await answers(`${url}${how.probe}`))) {
    const error = await Promise.race([failed, wait(100)])
    if (error === undefined && child.exitCode === null && performance.now() < untilMs) continue
    child.kill('SIGKILL')
    throw new Error(`${how.name} did not start: run \`npm run emulators\` first. ${error?.message ?? ''}\n${said}`)
  }
  return {
    url,
    async stop() {
      await how.beforeStop?.(url)
      await end(child)
    },
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** TERM, and KILL for one that does not end by it. */
async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
  await ended
  clearTimeout(timer)
}
