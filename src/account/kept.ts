/**
 * A value that is read when it is asked for, and kept for a while. One read at a time; when one fails and an older value is there, that is
 * given for as long again, and `onError` is told.
 */
export function kept<T>(options: {
  readonly read: () => Promise<T>
  readonly forMs: number
  readonly nowMs: () => number
  readonly onError: (error: unknown) => void
}): () => Promise<T> {
  const { read, forMs, nowMs, onError } = options
  let last: { readonly value: T; readonly untilMs: number } | undefined
  let reading: Promise<T> | undefined
  const readAgain = async (): Promise<T> => {
    try {
      last = { value: await read(), untilMs: nowMs() + forMs }
    } catch (error) {
      if (last === undefined) throw error
      onError(error)
      last = { value: last.value, untilMs: nowMs() + forMs }
    }
    return last.value
  }
  return async () => {
    if (last !== undefined && nowMs() < last.untilMs) return last.value
    reading ??= readAgain().finally(() => (reading = undefined))
    return reading
  }
}
