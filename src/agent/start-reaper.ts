import { spawn } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import type { Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import type { CloneLogs } from '#agent/clone-logs.ts'
import { endSession } from '#agent/process-session.ts'
import { eachLine, type Order, type Told } from '#agent/reaper-protocol.ts'
import { identify, parseIdentity, writeIdentity, type SessionIdentity } from '#agent/session-identity.ts'
import type { CommandExit, CommandLine, NotStarted, StartedCommand } from '#agent/started-command.ts'

export interface ReaperOptions {
  /** A Node binary. */
  readonly node: string
  /** Path of `reaper.ts`, or of what it was compiled to. */
  readonly script: string
  /** Seconds from TERM to KILL once this process is gone. */
  readonly graceS: number
}

/** A command that the reaper started, and with it registered. */
export interface ReapedCommand extends StartedCommand {
  readonly session: SessionIdentity
  /** Nothing of its session lives any more. */
  readonly release: () => void
}

/** The reaper of this process. Its hook is what the agent's `onProcessGroup` takes. */
export interface Reaper {
  readonly pid: number | undefined
  readonly onProcessGroup: (leader: number, what: 'started' | 'ended') => void
  /**
   * Has the reaper start a command, which costs it less than this process. `undefined` while it is not up, or is gone, or the
   * logs are not lent: whoever wants the command then starts it himself. Rejects when it could not open the logs.
   */
  readonly start: (line: CommandLine, logs: Pick<CloneLogs, 'lend'>) => Promise<ReapedCommand | NotStarted> | undefined
  /** Lets it go; it ends what is registered still. */
  readonly close: () => void
}

/** An order that was given, and what is still to be heard of it. */
interface Ordered {
  readonly begun: PromiseWithResolvers<ReapedCommand | NotStarted>
  readonly ended: PromiseWithResolvers<CommandExit>
  leader?: number
}

/**
 * Starts a reaper and goes on: what is registered before it is up waits in the pipe, which the kernel closes when this
 * process ends in whatever way. In a session of its own, so that no signal of a terminal reaches it.
 */
export function startReaper({ node, script, graceS }: ReaperOptions): Reaper {
  const cache = getCompileCacheDir()
  const reaper = spawn(node, [script, String(graceS)], {
    detached: true,
    // Its own memory is copied too for each command: a compiler for types would be most of it.
    env: cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  reaper.unref()
  // Absent when the process could not be started for want of a file.
  const pipe = reaper.stdin as Writable | undefined
  const answers = reaper.stdout as Socket | undefined
  const registered = new Map<number, string>()
  const orders = new Map<number, Ordered>()
  let isUp = false
  let last = 0

  const say = (line: string): void => void pipe?.write(`${line}\n`)
  const over = (number: number): void => {
    orders.delete(number)
    // Only what runs keeps this process alive.
    if (orders.size === 0) answers?.unref()
  }
  const hear = (line: string): void => {
    const told = JSON.parse(line) as Told
    if (told.kind === 'ready') {
      isUp = true
      return
    }
    const order = orders.get(told.number)
    if (order === undefined) return
    if (told.kind === 'started') {
      const session = parseIdentity(told.session) as SessionIdentity
      order.leader = session.leader
      const release = (): void => say(`-${told.session}`)
      order.begun.resolve({ leader: session.leader, session, exited: order.ended.promise, release })
      return
    }
    over(told.number)
    if (told.kind === 'ended') order.ended.resolve({ exitCode: told.exitCode, signal: told.signal })
    else if (told.kind === 'not-started') order.begun.resolve({ code: told.code })
    else order.begun.reject(Object.assign(new Error(told.message), { code: told.code }))
  }
  const isGone = (): void => {
    isUp = false
    for (const [number, order] of orders) {
      over(number)
      order.begun.reject(new Error('the reaper ended before it had started a command'))
      void abandoned(order)
    }
  }
  answers?.setEncoding('utf8')
  answers?.on('data', eachLine(hear))
  answers?.on('close', isGone)
  answers?.unref()
  // Without a reaper clones run all the same; only the sudden death of this process leaves them behind.
  reaper.on('error', () => undefined)
  pipe?.on('error', () => undefined)
  return {
    pid: reaper.pid,
    onProcessGroup: (leader, what) => {
      const session = what === 'started' ? writeIdentity(identify(leader)) : registered.get(leader)
      if (session === undefined) return
      say(`${what === 'started' ? '+' : '-'}${session}`)
      if (what === 'started') registered.set(leader, session)
      else registered.delete(leader)
    },
    start: (line, { lend }) => {
      if (!isUp || lend === undefined) return undefined
      last += 1
      const order: Ordered = { begun: Promise.withResolvers(), ended: Promise.withResolvers() }
      // Whoever waits for the end may not have been told of the beginning.
      order.ended.promise.catch(() => undefined)
      if (orders.size === 0) answers?.ref()
      orders.set(last, order)
      say(`!${JSON.stringify({ number: last, logs: lend(), ...line } satisfies Order)}`)
      return order.begun.promise
    },
    close: () => {
      isUp = false
      pipe?.end()
    },
  }
}

/** The parent of a command is gone, and nobody will learn how it ends: it is ended, and counts as failed. */
async function abandoned({ leader, ended }: Ordered): Promise<void> {
  if (leader === undefined) return
  await endSession(leader, 0)
  ended.reject(new Error('the reaper ended before the command that it had started'))
}
