import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import type { WriteStream } from 'node:tty'
import type { CliHost, NewFile, TextStream } from '#cli/host.ts'
import type { Problem } from '#contract/problem.ts'
import { err, ok, type Result } from '#core/result.ts'

/** The part of the host that this process is: streams, clock, signals, files of the user. */
export type ProcessHost = Pick<
  CliHost,
  'stdout' | 'stderr' | 'env' | 'cwd' | 'now' | 'every' | 'onSignal' | 'canAsk' | 'ask' | 'readText' | 'createFiles'
>

export function processHost(): ProcessHost {
  return {
    stdout: textStream(process.stdout),
    stderr: textStream(process.stderr),
    env: process.env,
    cwd: process.cwd(),
    now: () => Date.now(),
    every: (ms, act) => {
      const timer = setInterval(act, ms)
      return () => clearInterval(timer)
    },
    onSignal: (listener) => {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
    ask,
    readText,
    createFiles,
  }
}

/** Ctrl-C and the end of input are no answer. */
async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  return new Promise((resolve) => {
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => resolve(undefined))
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
  })
}

function textStream(stream: WriteStream): TextStream {
  let readerGone = false
  stream.on('error', (error) => {
    if (!isErrno(error) || error.code !== 'EPIPE') throw error
    // The reader is gone (`| head`): end as a pipeline does, draining first if a run is followed.
    if (!readerGone) process.kill(process.pid, 'SIGTERM')
    readerGone = true
  })
  return {
    // Node leaves it out where there is no terminal.
    isTTY: (stream.isTTY as boolean | undefined) === true,
    get columns() {
      return stream.columns
    },
    get rows() {
      return stream.rows
    },
    write: (text) => stream.write(text),
    drained: () =>
      new Promise((resolve) => {
        stream.once('drain', resolve)
      }),
  }
}

async function readText(path: string): Promise<Result<string, Problem>> {
  try {
    return ok(path === '-' ? await textOf(process.stdin) : await readFile(path, 'utf8'))
  } catch (error) {
    const missing = isErrno(error) && error.code === 'ENOENT'
    const why = error instanceof Error ? error.message : String(error)
    return err({
      code: missing ? 'NOT-FOUND' : 'UNREADABLE',
      message: missing ? `there is no file ${path}` : why,
      fix: 'check the path',
      exitCode: missing ? 3 : 2,
    })
  }
}

async function createFiles(folder: string, files: readonly NewFile[]): Promise<Result<void, Problem>> {
  const there = files.map(({ path }) => join(folder, path)).filter((path) => existsSync(path))
  if (there.length > 0) return err(occupied(there))
  const written: string[] = []
  for (const { path, text } of files) {
    const target = join(folder, path)
    try {
      await mkdir(dirname(target), { recursive: true })
      // `wx`: a file that someone made since we looked is not ours to overwrite.
      await writeFile(target, text, { flag: 'wx' })
      written.push(target)
      if (text.startsWith('#!')) await chmod(target, 0o755)
    } catch (error) {
      await Promise.all(written.map((path) => rm(path, { force: true })))
      if (isErrno(error) && error.code === 'EEXIST') return err(occupied([target]))
      const message = error instanceof Error ? error.message : String(error)
      return err({ code: 'UNWRITABLE', message, fix: 'choose a folder that you may write to', exitCode: 4 })
    }
  }
  return ok(undefined)
}

function occupied(paths: readonly string[]): Problem {
  return {
    code: 'EXISTS',
    message: `${paths.join(', ')} ${paths.length === 1 ? 'is' : 'are'} there already; nothing was written`,
    fix: 'name another folder: forkcast init DIR',
    exitCode: 5,
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error
}
