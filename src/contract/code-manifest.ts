/**
 * A packed `code` folder: what is in it, by content hash. The SHA-256 of its canonical form (RFC 8785) is the hash of the
 * code; manifest and files are blobs under their hashes, so what two versions share is stored once.
 */
export interface CodeManifest {
  /** Sorted by path. */
  readonly files: readonly CodeFile[]
  /** Symbolic links that stay in the folder, sorted by path. */
  readonly links: readonly CodeLink[]
}

/** A file of a {@link CodeManifest}. `path` is relative to the folder, with `/`. Of its mode only this bit is kept. */
export interface CodeFile {
  readonly bytes: number
  readonly executable: boolean
  readonly path: string
  readonly sha256: string
}

/** A link of a {@link CodeManifest}; `target` is relative to the folder that the link is in. */
export interface CodeLink {
  readonly path: string
  readonly target: string
}
