/** Objects by key. Keys are `/`-separated, never absolute, never with `..`. An object is a claim until a row names it. */
export interface ObjectStore {
  /** Whole contents; `undefined` when there is none. Meant for documents, not for data. */
  read(key: string): Promise<Uint8Array | undefined>
  /** Writes an object, or leaves it alone when the key is taken. Durable when the promise resolves. */
  writeOnce(key: string, bytes: Uint8Array): Promise<'written' | 'taken'>
  /** Copies an object into a file of this machine (a reflink where the file system can). */
  fetch(key: string, file: string): Promise<'fetched' | 'absent'>
  /** Takes a file of this machine as an object; the file may be gone afterwards. Durable when the promise resolves. */
  store(file: string, key: string): Promise<{ readonly bytes: number; readonly sha256: string }>
  /** Bytes of the object, or `undefined`. */
  size(key: string): Promise<number | undefined>
  /** Contents from `offset` on, at most `limit` bytes. */
  slice(key: string, offset: number, limit: number): Promise<Uint8Array | undefined>
}
