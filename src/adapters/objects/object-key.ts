/** Greatest length of a key, in bytes of UTF-8: what S3 takes. */
const maxKeyBytes = 1024

/** Greatest length of a part of a key: what file systems take as a name. */
const maxPartBytes = 255

/**
 * Refuses keys that a store could read in two ways: absolute, with `.`, `..`, an empty part, a backslash, NUL, half a
 * surrogate pair, or too long for S3 or for a file system. @throws when the key is such a one.
 */
export function assertObjectKey(key: string): void {
  const flaw = flawOf(key)
  if (flaw !== undefined) throw new Error(`object key ${JSON.stringify(key.slice(0, maxKeyBytes))} ${flaw}`)
}

function flawOf(key: string): string | undefined {
  if (!key.isWellFormed()) return 'is not well-formed Unicode'
  if (/[\\\0]/.test(key)) return 'has a backslash or NUL in it'
  if (Buffer.byteLength(key) > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`
  const parts = key.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'has an empty part, `.` or `..`'
  if (parts.some((part) => Buffer.byteLength(part) > maxPartBytes)) return `has a part over ${maxPartBytes} bytes`
  return undefined
}
