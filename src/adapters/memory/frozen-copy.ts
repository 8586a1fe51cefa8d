/** What a store of text would give back, frozen all through: writer and readers share nothing that can change. */
export function frozenCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_key, part: unknown) => Object.freeze(part)) as T
}
