import type { RunId } from '#core/run/ids.ts'

/** The only source of identity and chance. */
export interface Ids {
  run(): RunId
  token(): string
}
