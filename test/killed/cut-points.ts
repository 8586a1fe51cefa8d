/**
 * Preloaded (`node --import`) into a real engine process, outside of the product: sees each effect that outlives the process
 * (a transaction, a name given to a file, a note written, a command started) as it happens, writes it to a log, and ends
 * its own process with SIGKILL at the one that was asked for.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { registerHooks, syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync, type SQLInputValue, type StatementResultingChanges } from 'node:sqlite'

/** Where to end, and what to keep. */
export interface Cut {
  /** Ends the process at this persisted step, counted from 1, or at the first effect whose line matches; else never. */
  readonly at?: number | { readonly line: string }
  /** @default 'after' */
  readonly when?: 'before' | 'after'
  /** One line an effect: its number and what it was. */
  readonly log: string
}

/** What is counted: each leaves the state directory another one than before. All else can be named by its line. */
const counted = new Set(['commit', 'create', 'link', 'rename', 'note'])

let cut: Cut | undefined
let log = -1
let number = 0
let written: string[] = []
/** Clones by the id of their process. */
const commands = new Map<string, string>()
const { openSync, writeSync, writeFileSync: writeNow } = fs

/** Counts from here on. */
export function arm(wanted: Cut): void {
  cut = wanted
  log = openSync(wanted.log, 'a')
  number = 0
}

/** An effect that happens within `act`, synchronously. */
export function effect<T>(what: string, act: () => T, details = () => ''): T {
  if (cut === undefined) return act()
  const line = `${what} ${details()}`.trimEnd()
  reach('before', line)
  const value = act()
  done(line)
  return value
}

/** An effect that has happened when the promise of `act` resolves. */
export async function slowEffect<T>(line: string, act: () => Promise<T>): Promise<T> {
  if (cut === undefined) return act()
  reach('before', line)
  writeSync(log, `- begin ${line}\n`)
  const value = await act()
  done(line)
  return value
}

function done(line: string): void {
  const counts = isCounted(line)
  if (counts) number += 1
  writeSync(log, `${counts ? number : '-'} ${line}\n`)
  reach('after', line)
}

function isCounted(line: string): boolean {
  return counted.has(line.split(' ', 1)[0] ?? '')
}

function stepOf(when: 'before' | 'after'): number {
  return when === 'after' ? number : number + 1
}

function reach(when: 'before' | 'after', line: string): void {
  if (cut?.at === undefined || (cut.when ?? 'after') !== when) return
  const here =
    typeof cut.at === 'number' ? isCounted(line) && cut.at === stepOf(when) : new RegExp(cut.at.line).test(line)
  if (here) process.kill(process.pid, 'SIGKILL')
}

watchDatabase()
watchFiles()
watchCommands()
watchPorts()
syncBuiltinESMExports()

/** A transaction's line names the events that it made durable. */
function watchDatabase(): void {
  const run = StatementSync.prototype.run as (
    this: StatementSync,
    ...values: readonly SQLInputValue[]
  ) => StatementResultingChanges
  StatementSync.prototype.run = function (this: StatementSync, ...values: readonly unknown[]) {
    const sql = this.sourceSQL
    if (sql.startsWith('INSERT INTO events')) {
      const [, kind, id, , event] = values as readonly string[]
      written.push(`${(JSON.parse(event ?? '{}') as { readonly type: string }).type}(${kind === 'run' ? '' : id})`)
    }
    if (sql !== 'COMMIT') return run.call(this, ...(values as readonly SQLInputValue[]))
    const events = written
    written = []
    return effect(
      'commit',
      () => run.call(this),
      () => events.join(' '),
    )
  }
  const { exec } = DatabaseSync.prototype
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    const makes = /COMMIT|journal_mode = WAL/.test(sql)
    if (makes) effect('create', () => exec.call(this, sql))
    else exec.call(this, sql)
  }
}

function watchFiles(): void {
  const { link, rename, open } = fs.promises
  const paths = new WeakMap<object, string>()
  const opened = open.bind(fs.promises)
  fs.promises.link = (from, to) => slowEffect(`link ${String(to)}`, () => link(from, to))
  fs.promises.rename = (from, to) => slowEffect(`rename ${String(to)}`, () => rename(from, to))
  let watched = false
  fs.promises.open = async (path, ...rest) => {
    const handle = await opened(path, ...rest)
    paths.set(handle, String(path))
    if (!watched) {
      watched = true
      const prototype = Object.getPrototypeOf(handle) as Record<'sync' | 'datasync', () => Promise<void>>
      for (const name of ['sync', 'datasync'] as const) {
        const sync = prototype[name]
        prototype[name] = function (this: object) {
          return slowEffect(`sync ${paths.get(this)}`, () => sync.call(this))
        }
      }
    }
    return handle
  }
  const { renameSync } = fs
  fs.renameSync = (from, to) =>
    effect(
      'rename',
      () => renameSync(from, to),
      () => String(to),
    )
  fs.writeFileSync = (file, ...rest) => {
    // Notes lie in the state directory itself. Between the two parts of a write the kernel may be interrupted as well.
    if (!/\/state\/[a-z]+\.json$/.test(String(file))) {
      writeNow(file, ...rest)
      return
    }
    effect(
      'note',
      () => writeNow(file, ''),
      () => `${String(file)} emptied`,
    )
    effect(
      'note',
      () => writeNow(file, ...rest),
      () => `${String(file)} written`,
    )
  }
}

/** Commands are this process's own, or are started by its reaper when that is told to. */
function watchCommands(): void {
  const { spawn } = childProcess
  const watched = (...parameters: Parameters<typeof spawn>) => {
    const env = parameters[2].env ?? {}
    const ofClone = env['FORKCAST_TASK'] !== undefined
    const start = (): ReturnType<typeof spawn> => {
      const child = spawn(...parameters)
      if (ofClone) commands.set(String(child.pid), slotOf(env))
      else watchOrders(child)
      return child
    }
    return effect('spawn', start, () => (ofClone ? slotOf(env) : 'reaper'))
  }
  childProcess.spawn = watched as typeof spawn
}

function slotOf(env: Readonly<Record<string, string | undefined>>): string {
  return `${env['FORKCAST_TASK']}/${env['FORKCAST_ATTEMPT']}/${env['FORKCAST_CLONE']}`
}

/** What an engine orders of its reaper, and hears of the start of a command. */
function watchOrders({ stdin, stdout }: ReturnType<typeof childProcess.spawn>): void {
  if (stdin === null || stdout === null) return
  const ordered = new Map<number, string>()
  const write = stdin.write.bind(stdin) as (text: string) => boolean
  stdin.write = ((text: string) => {
    // The last that the agent does with a command that it has started itself.
    const [, leader] = /^\+(\d+) /.exec(text) ?? []
    if (leader !== undefined) {
      return effect(
        'told',
        () => write(text),
        () => commands.get(leader) ?? '',
      )
    }
    if (!text.startsWith('!')) return write(text)
    const { number, env } = JSON.parse(text.slice(1)) as { number: number; env: Record<string, string> }
    ordered.set(number, slotOf(env))
    return effect(
      'spawn',
      () => write(text),
      () => slotOf(env),
    )
  }) as typeof stdin.write
  stdout.on('data', (text: string) => {
    for (const line of text.split('\n')) {
      const [, number] = /"kind":"started","number":(\d+)/.exec(line) ?? []
      if (number === undefined) continue
      effect(
        'told',
        () => undefined,
        () => ordered.get(Number(number)) ?? '',
      )
    }
  })
}

/** Jobs and executions begin within the process: their modules are replaced by ones that watch the same. */
function watchPorts(): void {
  const watched = new Map([
    ['#adapters/local/pools/emulated-pools.ts', 'watched-pools.ts'],
    ['#adapters/local/interpreted-executions.ts', 'watched-executions.ts'],
  ])
  registerHooks({
    resolve(specifier, context, next) {
      const name = watched.get(specifier)
      const own = [...watched.values()].some((file) => context.parentURL?.endsWith(`/killed/${file}`))
      if (name === undefined || own) return next(specifier, context)
      return { url: new URL(name, import.meta.url).href, shortCircuit: true }
    },
  })
}
