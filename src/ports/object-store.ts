import type { StagedFile } from '#core/run/manifest.ts'

/**
 * Objects by key. Keys are `/`-separated, never absolute, never with `..`. An object is a claim until a row names it. Whatever
 * form a store keeps an object in, all that is read, sized and hashed is content. @throws DamagedObject for a form that has no
 * content, RefusedObject for what this reader may not have.
 */
export interface ObjectStore {
  /** Whole contents; `undefined` when there is none. Meant for documents, not for data. */
  read(key: string): Promise<Uint8Array | undefined>
  /** Writes an object, or leaves it alone when the key is taken. Durable when the promise resolves. */
  writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'>
  /** Copies an object into a file of this machine (a reflink where the file system can). A copy that fails leaves no file. */
  fetch(key: string, file: string, options?: TransferOptions): Promise<'fetched' | 'absent'>
  /** Takes a file of this machine as an object; the file may be gone afterwards. Durable when the promise resolves. */
  store(file: string, key: string, options?: StoreOptions): Promise<StoredContent>
  /** Bytes of the object, or `undefined`. */
  size(key: string): Promise<number | undefined>
  /** Contents from `offset` on, at most `limit` bytes. */
  slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined>
}

export interface TransferOptions {
  /** Once aborted, the transfer rejects. */
  readonly signal?: AbortSignal
}

export interface StoreOptions extends TransferOptions {
  /**
   * Whether the object may have a smaller form, where the store finds it worth its time. Links lead to objects as they lie
   * there: so not for what links are given out to. @default false
   */
  readonly compact?: boolean
}

/** What was stored: size and hash of the content, and its form if it is another one. */
export type StoredContent = Pick<StagedFile, 'bytes' | 'sha256' | 'stored'>
