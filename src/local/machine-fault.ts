import { ProblemError, type Problem } from '#contract/problem.ts'
import { machineFaultOf, type MachineFault } from '#core/failure/machine-fault.ts'

const messages: Readonly<Record<MachineFault['name'], (path: string) => string>> = {
  'DISK-FULL': (path) => `no space is left on the disk of ${path}`,
  'TOO-MANY-FILES': (path) => `no more files may be open at once, and ${path} was to be`,
  'NOT-WRITABLE': (path) => `${path} may not be used as it has to be`,
  'READ-ONLY': (path) => `${path} is on a file system that is read-only`,
  'DISK-FAILED': (path) => `the disk failed to read or write ${path}`,
}

/** What a fault that was thrown says of this machine; `undefined` for a bug. */
export function machineFault(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof ProblemError) return error.problem
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string }
  // The loader of modules has no code for it.
  const fault = machineFaultOf(error.message.includes('too many open files') ? 'EMFILE' : code)
  if (fault === undefined) return machineFault(error.cause)
  const message = `${messages[fault.name](dest ?? path ?? 'a file')}${code === '' ? '' : ` (${code})`}`
  return { code: fault.name, message, fix: fault.fix, exitCode: 1 }
}
