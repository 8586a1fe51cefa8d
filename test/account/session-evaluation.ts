import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** What a session asks for. */
export interface SessionRequest {
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string>>
}

/** Policies, and what is asked of a session by them. */
export interface Session {
  readonly role: string
  readonly session: string
  readonly requests: readonly SessionRequest[]
}

/** MiniStack's own weighing of policies, asked session by session. */
const program = `
import json, sys
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
for line in sys.stdin:
    asked = json.loads(line)
    policies, limits = [parse_policy_document(asked['role'])], [parse_policy_document(asked['session'])]
    def allowed(request):
        context = EvalContext(
            principal_arn='arn:aws:sts::123456789012:assumed-role/clone/one', principal_type='AssumedRole',
            principal_account='123456789012', action=request['action'], resource_arn=request['resource'],
            region='us-east-1', service_context={key.lower(): value for key, value in request['context'].items()})
        return evaluate(context, policies, limits).decision == 'Allow'
    print(json.dumps([allowed(request) for request in asked['requests']]))
`

/** Whether each request of each session is allowed, as MiniStack sees it. */
export async function allowedByMiniStack(sessions: readonly Session[]): Promise<readonly (readonly boolean[])[]> {
  const python = spawn(join(process.cwd(), '.emulators/bin/python'), ['-c', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = text(python.stdout)
  const closed = once(python, 'close')
  python.stdin.end(sessions.map((session) => `${JSON.stringify(session)}\n`).join(''))
  const [code] = (await closed) as [number | null]
  if (code !== 0) throw new Error(`the evaluation ended with ${code}`)
  const lines = (await said).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as readonly boolean[])
}
