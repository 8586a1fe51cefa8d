import type { RunId, SlotRef } from '#core/run/ids.ts'

/** Uploads and documents by content hash: code manifests, files, definitions, plans. */
export function blobKey(sha256: string): string {
  return `blobs/${sha256}`
}

/** What clones write: outputs, of which few are results, and logs. */
export const runsPrefix = 'runs/'

/** All that one clone may write. */
export function clonePrefix(slot: SlotRef): string {
  return `${runsPrefix}${slot.run}/${slot.task}/${slot.attempt}/${slot.clone}`
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

/** Where a text of a run's row or log is kept that is too long for the table, by content. */
export function rowTextKey(run: RunId, sha256: string): string {
  return `rows/${run}/${sha256}`
}
