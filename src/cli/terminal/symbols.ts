/** Signs that stand beside words. Each set is one column wide apart from `to` and `more` in ASCII. */
export interface Symbols {
  readonly good: string
  readonly bad: string
  readonly busy: string
  readonly starting: string
  readonly waiting: string
  readonly standby: string
  readonly pending: string
  readonly over: string
  /** Between clones of an attempt, with its spaces. */
  readonly beside: string
  /** Between parts of a sentence, with its spaces. */
  readonly between: string
  readonly to: string
  readonly from: string
  /** A task in a graph that is not run. */
  readonly node: string
  readonly times: string
  readonly range: string
  /** Ends what was cut. */
  readonly more: string
}

export const symbols: Symbols = {
  good: '✓',
  bad: '✗',
  busy: '▶',
  starting: '◔',
  waiting: '◌',
  standby: '◇',
  pending: '·',
  over: '–',
  beside: ' │ ',
  between: ' · ',
  to: '→',
  from: '←',
  node: '○',
  times: '×',
  range: '–',
  more: '…',
}

export const asciiSymbols: Symbols = {
  good: '+',
  bad: 'x',
  busy: '>',
  starting: '~',
  waiting: 'o',
  standby: '?',
  pending: '.',
  over: '-',
  beside: ' | ',
  between: ', ',
  to: '->',
  from: '<-',
  node: '*',
  times: 'x',
  range: '-',
  more: '...',
}
