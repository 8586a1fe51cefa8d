import type { Cause } from '#core/failure/cause.ts'

/** What a machine refuses to a program that asks for nothing wrong. */
export interface MachineFault {
  /** The code of the problem that it is where no clone is concerned. */
  readonly name: 'DISK-FULL' | 'TOO-MANY-FILES' | 'NOT-WRITABLE' | 'READ-ONLY' | 'DISK-FAILED'
  /** Why a clone fails that meets it: its place is at fault, before the command as after it, and none of the user's retries is spent. */
  readonly cause: Extract<Cause, 'out-of-disk' | 'start-failed'>
  /** What a person can do. */
  readonly fix: string
}

const diskFull: MachineFault = { name: 'DISK-FULL', cause: 'out-of-disk', fix: 'free some space' }
const noFiles: MachineFault = {
  name: 'TOO-MANY-FILES',
  cause: 'start-failed',
  fix: 'raise the limit (`ulimit -n`), or run less at once',
}
const notWritable: MachineFault = {
  name: 'NOT-WRITABLE',
  cause: 'start-failed',
  fix: 'change the permissions or the owner of the file or of its folder',
}

const faults: ReadonlyMap<string, MachineFault> = new Map([
  ['ENOSPC', diskFull],
  ['EDQUOT', diskFull],
  ['EMFILE', noFiles],
  ['ENFILE', noFiles],
  ['EACCES', notWritable],
  ['EPERM', notWritable],
  ['EROFS', { name: 'READ-ONLY', cause: 'start-failed', fix: 'mount it for writing' }],
  ['EIO', { name: 'DISK-FAILED', cause: 'start-failed', fix: 'check the disk' }],
])

/** The fault that an error code of the operating system tells of; a closed list. */
export function machineFaultOf(code: string | null): MachineFault | undefined {
  return code === null ? undefined : faults.get(code)
}
