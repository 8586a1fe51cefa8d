/**
 * The one table of a deployment: the names that its stack and the store on it share. Attributes of keys and indexes are fixed once
 * deployed; all others belong to the store alone.
 */
export const tableNames = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Epoch seconds from which on an item may be deleted, within days of it; an item without it stays. */
  expiresAt: 'expiresAt',
  /**
   * Slots that can be dispatched, in order. Sparse: only an item that has both attributes is in it, so they are set while a slot
   * waits with a token and removed after. It holds keys only and follows the table by moments: read the rows it names from the table.
   */
  waiting: {
    index: 'waiting',
    /** A part of the queue, as text: one partition takes 1,000 writes a second, so a busy deployment spreads over several. */
    shard: 'waitingShard',
    /** A text that sorts by greatest rank, then by age, oldest first; a number alone would leave equal ranks in no order. */
    order: 'waitingOrder',
  },
} as const
