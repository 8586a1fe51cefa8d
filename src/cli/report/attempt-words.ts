import type { AttemptDocument } from '#contract/run-document.ts'
import type { RemedyKind } from '#core/failure/remedy-kind.ts'
import type { AttemptRecord } from '#core/run/task.ts'

/** What is told of why an attempt left no result. */
export type FailedWords = Pick<AttemptDocument, 'cause' | 'confidence' | 'reason'>

/** The same of an attempt's row. */
export function failedWordsOf({ failure, reason }: AttemptRecord): FailedWords {
  return { cause: failure?.cause ?? null, confidence: failure?.confidence ?? null, reason }
}

/** The cause, and how sure it is where that is not certain: `out-of-memory (likely)`. */
export function causeWords({ cause, confidence }: Pick<AttemptDocument, 'cause' | 'confidence'>): string {
  if (cause === null) return 'no cause known'
  return confidence === null || confidence === 'certain' ? cause : `${cause} (${confidence})`
}

/** Cause, and what is done about it and why: `out-of-memory (likely) with 512 MiB: again with 1024 MiB (doubling 1 of 3)`. */
export function whyAndThen(attempt: FailedWords): string {
  const { cause, reason } = attempt
  const words = causeWords(attempt)
  if (reason === null) return words
  return cause !== null && reason.startsWith(cause) ? words + reason.slice(cause.length) : `${words}: ${reason}`
}

/** A remedy as a person would say it. */
export const remedyWords: Readonly<Record<RemedyKind, string>> = {
  again: 'another try',
  elsewhere: 'another try in another place',
  'on-demand': 'another try on on-demand capacity',
  'more-memory': 'another try with more memory',
  'more-time': 'another try with more time',
  'wait-for-person': 'waits for a person',
  'give-up': 'given up',
}
