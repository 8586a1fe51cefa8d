import { sha256 } from '#core/hash.ts'

const maxLength = 128
const hashLength = 32

/**
 * The name of a job in Batch: what can be read of it, and a hash, since Batch takes letters, digits, `-` and `_` only, and finds names
 * whatever their case.
 */
export function batchJobName(job: string): string {
  const readable = job.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  const hash = sha256(job).slice(0, hashLength)
  const start = readable.slice(0, maxLength - hashLength - 1)
  return start === '' ? hash : `${start}-${hash}`
}
