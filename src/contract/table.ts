/**
 * The one table of a deployment: the names that its stack and the store on it share. Attributes of keys and indexes are fixed once
 * deployed; all others belong to the store alone.
 */
export const tableNames = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds from which on an item may be deleted, within days of it; an item without it stays. */
  expiresAt: 'expiresAt',
} as const

/**
 * An index of the table. Sparse: only an item that has both attributes is in it, so they are set while a list has to show the item
 * and removed after. It follows the table by moments; one that holds keys only is not written again while its items change
 * otherwise, and the rows that it names are read from the table.
 */
export interface TableIndex {
  readonly index: string
  /** A part of the list, as text: one takes 1,000 writes a second, so busy lists are in several. */
  readonly part: string
  /** A text that sorts as the list does. */
  readonly order: string
  readonly holds: 'keys' | 'items'
}

export const tableIndexes = {
  /** Slots that can be dispatched: by greatest rank, then by age, oldest first. */
  waiting: { index: 'waiting', part: 'waitingPart', order: 'waitingOrder', holds: 'keys' },
  /** Slots that hold a job, or did and have no bill yet. */
  busy: { index: 'busy', part: 'busyPart', order: 'busyOrder', holds: 'keys' },
  /** Runs that are not over. */
  active: { index: 'active', part: 'activePart', order: 'activeOrder', holds: 'keys' },
  /** Runs by tenant, oldest first. */
  runs: { index: 'runs', part: 'tenant', order: 'runOrder', holds: 'keys' },
  /** Samples of past clones by family, oldest first. */
  samples: { index: 'samples', part: 'family', order: 'sampleOrder', holds: 'items' },
} as const satisfies Readonly<Record<string, TableIndex>>
