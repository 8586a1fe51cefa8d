import { ProblemError, type Problem } from '#contract/problem.ts'

type Words = readonly [code: string, message: (path: string) => string, fix: string]

const diskFull: Words = ['DISK-FULL', (path) => `no space is left on the disk of ${path}`, 'free some space']
const noFiles: Words = [
  'TOO-MANY-FILES',
  (path) => `no more files may be open at once, and ${path} was to be`,
  'raise the limit (`ulimit -n`), or run less at once',
]
const notWritable: Words = [
  'NOT-WRITABLE',
  (path) => `${path} may not be used as it has to be`,
  'change the permissions or the owner of the file or of its folder',
]

/** What the operating system may refuse at any call, and what a user can do. */
const words: Readonly<Record<string, Words>> = {
  ENOSPC: diskFull,
  EDQUOT: diskFull,
  EMFILE: noFiles,
  ENFILE: noFiles,
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: ['READ-ONLY', (path) => `${path} is on a file system that is read-only`, 'mount it for writing'],
  EIO: ['DISK-FAILED', (path) => `the disk failed to read or write ${path}`, 'check the disk'],
}

/** What a fault that was thrown says of this machine; `undefined` for a bug. */
export function machineFault(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof ProblemError) return error.problem
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string }
  const known = words[code]
  if (known === undefined) return machineFault(error.cause)
  const [name, message, fix] = known
  return { code: name, message: `${message(dest ?? path ?? 'a file')} (${code})`, fix, exitCode: 1 }
}
