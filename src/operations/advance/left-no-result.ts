/** Most predecessors that one sentence names. */
const named = 3

/** `A[2]` before `A[10]`. */
const byName = new Intl.Collator('en', { numeric: true })

/** Why a task was skipped or an expansion failed, from the marks that were not ok; of bounded length. */
export function leftNoResult(failed: readonly string[]): string {
  // "The list of A is not known" is told of A.
  const tasks = new Set(failed.map((mark) => (mark.endsWith('[]') ? mark.slice(0, -2) : mark)))
  const shown = [...tasks].sort(byName.compare).slice(0, named).join(', ')
  const more = tasks.size - named
  return more > 0 ? `${shown} and ${more} more left no result` : `${shown} left no result`
}
