declare const brand: unique symbol

/** `run_` and a time-ordered suffix, made by the ids port; or one that follows from the key of a request. */
export type RunId = string & { readonly [brand]: 'run' }

/** Reads a run id from outside; `undefined` when it isn't shaped like one. */
export function parseRunId(text: string): RunId | undefined {
  return /^run_[0-9a-z]{8,40}$/.test(text) ? (text as RunId) : undefined
}

/** The instance `clean[3]` of a `forEach` task, or `clean` of a plain one. */
export function instanceId(task: string, index?: number): string {
  return index === undefined ? task : `${task}[${index}]`
}

/** The task's id in `clean[3]` or `clean`. */
export function taskOf(instance: string): string {
  const bracket = instance.indexOf('[')
  return bracket === -1 ? instance : instance.slice(0, bracket)
}

/** A place for a clone: instance, attempt (from 1), clone (from 0). */
export interface SlotRef {
  readonly run: RunId
  readonly task: string
  readonly attempt: number
  readonly clone: number
}

/** The slot's key within its run: `clean[3]/1/0`. */
export function slotKey(slot: Omit<SlotRef, 'run'>): string {
  return `${slot.task}/${slot.attempt}/${slot.clone}`
}
