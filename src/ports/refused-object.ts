import { outOfReach } from '#core/failure/out-of-reach.ts'

/**
 * An object store does not let this reader have an object. It says the same of one that is not there to who may not list: which of the two it is
 * somebody else has to tell.
 */
export class RefusedObject extends Error {
  readonly code = outOfReach
  readonly key: string

  constructor(key: string, cause: unknown) {
    super(`object ${key} is refused: ${(cause as Error).message}`, { cause })
    this.name = 'RefusedObject'
    this.key = key
  }
}
