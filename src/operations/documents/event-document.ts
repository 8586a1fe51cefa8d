import type { EventDocument } from '#contract/run-document.ts'
import type { ListedEvent } from '#ports/store.ts'

/** Said by the fields of the document itself, or kept from users: a token is a right. */
const hidden: ReadonlySet<string> = new Set(['type', 'atMs', 'token'])

/** An event as users see it. */
export function eventDocument(listed: ListedEvent): EventDocument {
  const entries = Object.entries(listed.event).filter(([name]) => !hidden.has(name))
  return {
    cursor: listed.cursor,
    at: new Date(listed.event.atMs).toISOString(),
    kind: listed.kind,
    id: listed.id,
    version: listed.version,
    type: listed.event.type,
    data: Object.fromEntries(entries),
  }
}
