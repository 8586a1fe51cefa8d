import { sha256 as sha256Of } from '#core/hash.ts'
import type { RunId, SlotRef } from '#core/run/ids.ts'

/** Uploads and documents by content hash: code manifests, files, definitions, plans. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256}`
}

/** What clones write: outputs, of which few are results, and logs. */
export const runsPrefix = 'runs/'

/** All that a clone may write under one lease: whoever held the slot before has another place. */
export function clonePrefix(slot: SlotRef, fence: number): string {
  return `${runsPrefix}${slot.run}/${slot.task}/${slot.attempt}/${slot.clone}/${fence}`
}

/** Whether a key is of the kind that clones are given to read. */
export function isReadByClones(key: string): boolean {
  return key.startsWith(blobKey('')) || key.startsWith(runsPrefix)
}

/** Where an output of a clone is staged out to; `path` is the declared one, so that a report keeps its file name. */
export function outputKey(prefix: string, path: string): string {
  return `${prefix}/out/${path.replace(/\/+$/, '')}`
}

/** All that is made of the results of an attempt's clones; an output is at its declared path below. */
export function resultPrefix({ run, task, attempt }: Omit<SlotRef, 'clone'>): string {
  return `${runsPrefix}${run}/${task}/${attempt}/result`
}

/** Where a clone's standard output or error is kept. */
export function logKey(prefix: string, stream: 'stdout' | 'stderr'): string {
  return `${prefix}/${stream}.log`
}

/** Texts of rows and logs of runs. */
export const rowsPrefix = 'rows/'

/** Where a text of a run's row or log is kept that is too long for the table, by content. */
export function rowTextKey(run: RunId, sha256: string): string {
  return `${rowsPrefix}${run}/${sha256}`
}

/** What was asked for under keys of senders. */
export const requestsPrefix = 'requests/'

/** Where a request under a key is kept, by the hash of the key and of whose it is. */
export function requestKey(sha256: string): string {
  return `${requestsPrefix}${sha256}`
}

/** What functions of a deployment tell each other of its market. */
export const marketPrefix = 'market/'

/** What was known in an hour (since 1970) of the market for instances of these names. */
export function marketKey(names: readonly string[], hour: number): string {
  return `${marketPrefix}${sha256Of(names.join(' ')).slice(0, 16)}/${hour}`
}
