/** How the words begin by which a job is ended that has its place and took no lease. */
export const neverLeasedWords = 'Task failed to start: it took no lease'

/** What a pool is to say of a job that was given its place and never took its lease. */
export function neverLeased(afterS: number): string {
  return `${neverLeasedWords} within ${afterS} s`
}
