/** Most predecessors that one sentence names. */
const named = 3

/** `A[2]` before `A[10]`. */
const byName = new Intl.Collator('en', { numeric: true })

/** Why a task was skipped or an expansion failed, from the marks that were not ok; of bounded length. */
export function leftNoResult(marks: readonly string[]): string {
  // "The list of A is not known" is told of A.
  const tasks = new Set(marks.map(taskOfMark))
  const shown = [...tasks].sort(byName.compare).slice(0, named).join(', ')
  const more = tasks.size - named
  return more > 0 ? `${shown} and ${more} more left no result` : `${shown} left no result`
}

/** The task or instance that a mark is about. */
export function taskOfMark(mark: string): string {
  return mark.endsWith('[]') ? mark.slice(0, -2) : mark
}
