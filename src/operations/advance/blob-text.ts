import type { ObjectStore } from '#ports/object-store.ts'

/** An object as text. @throws when it is gone: a committed row names it. */
export async function blobText(objects: ObjectStore, key: string): Promise<string> {
  const bytes = await objects.read(key)
  if (bytes === undefined) throw new Error(`object ${key} is gone, and a committed row names it`)
  return new TextDecoder().decode(bytes)
}
