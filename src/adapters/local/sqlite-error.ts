import { closeSync, openSync } from 'node:fs'
import { ProblemError } from '#contract/problem.ts'

const damaged = 'it is damaged; restore it from a copy, or move the whole folder away to begin anew'

/** What to do about an error of SQLite, by its primary result code (https://sqlite.org/rescode.html). */
const fixes: Readonly<Record<number, string>> = {
  5: 'another process is writing to it; end that one first',
  8: 'it or its folder is not writable; change the permissions, or name another state folder with --dir',
  10: 'the disk failed to read or write it; check the disk, then restore the file from a copy',
  11: damaged,
  13: 'the disk is full; free some space, then run again',
  14: 'it cannot be opened; check that its folder exists and is yours, or name another one with --dir',
  26: damaged,
}

/** An error of SQLite with the file's name and what to do; any other error as it is. */
export function describeSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const primary = error.errcode & 0xff
  if (primary === cannotOpen && !canOpen(filesOfOne)) return tooManyFiles(error, path)
  const fix = fixes[primary]
  if (fix === undefined) return new Error(`${path}: ${error.message}`, { cause: error })
  const code = fix === damaged ? 'STATE-DAMAGED' : (codes[primary] ?? 'STATE-UNUSABLE')
  return new ProblemError({ code, message: `${path}: ${error.message}`, fix, exitCode: 1 }, { cause: error })
}

/** SQLite's word for whatever keeps it from opening a file. */
const cannotOpen = 14
/** The file, its log, what its log is shared by, and the folder that is synced. */
const filesOfOne = 4

/** Whether this process may open so many more files. */
function canOpen(files: number): boolean {
  const open: number[] = []
  try {
    while (open.length < files) open.push(openSync('/dev/null', 'r'))
    return true
  } catch {
    return false
  } finally {
    for (const file of open) closeSync(file)
  }
}

function tooManyFiles(error: Error, path: string): ProblemError {
  const message = `no more files may be open at once, and ${path} was to be`
  const fix = 'raise the limit (`ulimit -n`), or run less at once'
  return new ProblemError({ code: 'TOO-MANY-FILES', message, fix, exitCode: 1 }, { cause: error })
}

/** Something in the file that is not as it was written. */
export function stateDamaged(path: string, what: string, cause?: unknown): ProblemError {
  return new ProblemError({ code: 'STATE-DAMAGED', message: `${path}: ${what}`, fix: damaged, exitCode: 1 }, { cause })
}

const codes: Readonly<Record<number, string>> = {
  5: 'STATE-BUSY',
  8: 'NOT-WRITABLE',
  10: 'DISK-FAILED',
  13: 'DISK-FULL',
}
