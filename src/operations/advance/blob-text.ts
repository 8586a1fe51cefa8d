import { DamagedObject } from '#ports/damaged-object.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/** An object as text; of one that is damaged there is none, which is no JSON. @throws when it is gone: a committed row names it. */
export async function blobText(objects: ObjectStore, key: string): Promise<string> {
  const bytes = await objects.read(key).catch((error: unknown) => {
    if (error instanceof DamagedObject) return new Uint8Array()
    throw error
  })
  if (bytes === undefined) throw new Error(`object ${key} is gone, and a committed row names it`)
  return new TextDecoder().decode(bytes)
}
