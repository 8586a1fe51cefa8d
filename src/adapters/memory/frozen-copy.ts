import { frozen } from '#adapters/store/frozen.ts'

/** What a store of text would give back, frozen all through: writer and readers share nothing that can change. */
export function frozenCopy<T>(value: T): T {
  return frozen(JSON.parse(JSON.stringify(value)) as T)
}
