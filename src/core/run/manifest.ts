/** One file as staged out: where the object is, and what it must hash to. */
export interface StagedFile {
  /** Key in the object store. */
  readonly object: string
  /** Of the content, as is `bytes`. */
  readonly sha256: string
  readonly bytes: number
  /** Absent: the object lies there byte by byte. */
  readonly stored?: StoredForm
}

/** The smaller form in which an object store keeps some content, and the bytes that it has there. */
export interface StoredForm {
  readonly encoding: 'zstd'
  readonly bytes: number
}

/** One output of a clone. A directory lists its files by relative path, sorted. */
export type StagedOutput =
  | ({ readonly type: 'file' | 'text' } & StagedFile)
  /** `canonical`: the hash of its canonical form (RFC 8785), where results are compared. */
  | ({ readonly type: 'json'; readonly canonical?: string } & StagedFile)
  | {
      readonly type: 'directory'
      /** Key prefix of its files; also of an empty one. */
      readonly folder: string
      readonly bytes: number
      readonly files: readonly ({ readonly path: string } & StagedFile)[]
    }

/** What a clone leaves: its outputs by name. An optional output that was not written is absent. */
export type Manifest = Readonly<Record<string, StagedOutput>>
