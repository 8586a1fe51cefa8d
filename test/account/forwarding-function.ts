import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { storedZip } from './stored-zip.ts'

/** A function that passes on what it is called with, and fails when that is refused. */
const caller = `exports.handler = async (input) => {
  const answer = await fetch(process.env.CALLS, { method: 'POST', body: JSON.stringify(input) })
  if (!answer.ok) throw new Error('refused')
  return {}
}`

/** Makes a Lambda function of MiniStack that passes its calls on to an address of this process; its ARN. */
export async function newForwardingFunction(calls: string): Promise<string> {
  const answer = await fetch(`${inject('miniStack')}/2015-03-31/functions`, {
    method: 'POST',
    body: JSON.stringify({
      FunctionName: `function-${randomUUID()}`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/function',
      Code: { ZipFile: storedZip('index.js', caller).toString('base64') },
      Environment: { Variables: { CALLS: calls } },
      Timeout: 30,
    }),
  })
  const made = (await answer.json()) as { readonly FunctionArn?: string }
  if (made.FunctionArn === undefined) throw new Error(`no function was made: ${JSON.stringify(made)}`)
  return made.FunctionArn
}
