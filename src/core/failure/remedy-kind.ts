/** What is done about the cause of a failed attempt; a closed list. */
export const remedyKinds = [
  'again',
  'elsewhere',
  'on-demand',
  'more-memory',
  'more-time',
  'wait-for-person',
  'give-up',
] as const
export type RemedyKind = (typeof remedyKinds)[number]
