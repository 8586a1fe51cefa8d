import { randomBytes } from 'node:crypto'
import type { SFNClient } from '@aws-sdk/client-sfn'

/** Letters of a token of Step Functions, in base64: those that were published have 664 to 728, MiniStack's 36. */
const letters = 728

/** The token as long as one of AWS. */
export function lengthened(token: string): string {
  return `${token} ${randomBytes(letters).toString('base64')}`.slice(0, letters)
}

/** Lets a client answer what `lengthened` gave. */
export function shortenTokens(client: SFNClient): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { taskToken } = args.input as { readonly taskToken?: string }
      return next(
        taskToken === undefined ? args : { ...args, input: { ...args.input, taskToken: taskToken.split(' ')[0] } },
      )
    },
    { step: 'initialize', name: 'shorten-tokens', priority: 'low' },
  )
}
