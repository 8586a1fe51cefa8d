import { hash } from 'node:crypto'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { packText, unpackText } from '#adapters/aws/packed-text.ts'
import { runOf, textOf, type Item } from '#adapters/aws/table-keys.ts'
import { rowTextKey } from '#contract/object-keys.ts'
import type { RunId } from '#core/run/ids.ts'
import type { ObjectStore } from '#ports/object-store.ts'

/**
 * An item takes 400 KB and a transaction 4 MB: the texts of a whole commit fit in when each has so many bytes. A longer one is rare:
 * the outputs of a task with hundreds of files, parameters as long as documents.
 */
const maxTextBytes = 64 * 1024

/** Texts of items: packed in the item as long as they are short, else as objects by content that the item names. */
export class ItemTexts {
  readonly #objects: ObjectStore

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  /** The attributes that hold a text. One that is too long for them is an object before the promise resolves. */
  async attributes(run: RunId, name: string, text: string): Promise<Record<string, AttributeValue>> {
    if (Buffer.byteLength(text) <= maxTextBytes) return { [name]: { B: packText(run, text) } }
    const bytes = Buffer.from(text)
    const key = rowTextKey(run, hash('sha256', bytes))
    await this.#objects.writeOnce(key, bytes)
    return { [objectOf(name)]: { S: key } }
  }

  /** The text that an item holds or names. @throws when its object is gone, or has other contents. */
  async of(item: Item, name: string): Promise<string> {
    if (item[objectOf(name)] === undefined) {
      const packed = item[name]?.B
      if (packed === undefined) throw new Error(`an item of the table has no ${name}`)
      return unpackText(runOf(item), packed)
    }
    const key = textOf(item, objectOf(name))
    const bytes = await this.#objects.read(key)
    if (bytes === undefined) throw new Error(`object ${key}, which an item of the table names, is missing`)
    if (!key.endsWith(hash('sha256', bytes))) throw new Error(`object ${key} is not as it was written`)
    return new TextDecoder().decode(bytes)
  }
}

function objectOf(name: string): string {
  return `${name}Object`
}
