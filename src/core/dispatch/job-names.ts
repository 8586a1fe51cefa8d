import { type SlotRef, slotKey } from '#core/run/ids.ts'

/** A job's part of an array: the name that was submitted, and its place there. */
export interface ArrayPart {
  readonly array: string
  readonly index: number
}

/** The name of a clone's job that is submitted by itself. */
export function soleJob(slot: SlotRef): string {
  return `${slot.run}-${slotKey(slot)}`
}

/** The name of a clone's job that is one of an array; no other name has a colon. */
export function childJob({ array, index }: ArrayPart): string {
  return `${array}:${index}`
}

/** What a name says of an array; `undefined` when its job was submitted by itself. */
export function arrayPartOf(job: string): ArrayPart | undefined {
  const [, array, index] = /^(.+):(\d{1,5})$/.exec(job) ?? []
  return array === undefined ? undefined : { array, index: Number(index) }
}
