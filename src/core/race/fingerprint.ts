import { sha256 } from '#core/hash.ts'
import type { Manifest, StagedOutput } from '#core/run/manifest.ts'

/** A text that equal results share, and no others: of equal outputs by name. Linear in the files. */
export function fingerprint(result: Manifest): string {
  const names = Object.keys(result).sort()
  return sha256(JSON.stringify(names.map((name) => [name, outputFingerprint(result[name] as StagedOutput)])))
}

/** JSON is compared by its canonical form where that is known, a directory by its listing, all else by its bytes. */
export function outputFingerprint(output: StagedOutput): string {
  switch (output.type) {
    case 'directory':
      return sha256(JSON.stringify(output.files.map(({ path, sha256: hash }) => [path, hash])))
    case 'json':
      return output.canonical ?? output.sha256
    default:
      return output.sha256
  }
}
