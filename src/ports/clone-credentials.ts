import type { Assignment, ShortCredentials } from '#contract/clone-api.ts'
import type { Result } from '#core/result.ts'

/** What a clone may read follows from its assignment, with all of its variables, the long ones also as the objects that they are in. */
export type CloneScope = Pick<Assignment, 'slot' | 'prefix' | 'code' | 'variables' | 'longVariables' | 'secrets'>

/** Credentials by which a clone reaches objects by itself: what it reads, and its own prefix. */
export interface CloneCredentials {
  /** New ones. The error says why there never can be any for such a clone. */
  issue(scope: CloneScope): Promise<Result<ShortCredentials, string>>
}
