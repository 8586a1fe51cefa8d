import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** A request as IAM weighs it. */
export interface WeighedRequest {
  readonly action: string
  readonly resource: string
  /** Condition keys that it has. */
  readonly context: Readonly<Record<string, string>>
}

/** Whose requests by which policies; JSON each. */
export interface Weighed {
  /** One of these has to allow a request, and none to deny it. */
  readonly policies: readonly string[]
  /** So has each of these: session policies. */
  readonly limits?: readonly string[]
  readonly requests: readonly WeighedRequest[]
}

/**
 * Whether a request is allowed: by MiniStack, and by Moto, which is silent (`null`) where a condition counts, or a pattern has other signs than
 * names have, since it takes patterns for regular expressions.
 */
export interface Verdict {
  readonly miniStack: boolean
  readonly moto: boolean | null
}

const program = `
import json, re, sys
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
from moto.iam.access_control import IAMPolicy, PermissionResult

def of_ministack(policies, limits):
    parsed = [parse_policy_document(one) for one in policies]
    bounds = [[parse_policy_document(one)] for one in limits]
    def allows(request):
        context = EvalContext(
            principal_arn='arn:aws:sts::123456789012:assumed-role/one/session', principal_type='AssumedRole',
            principal_account='123456789012', action=request['action'], resource_arn=request['resource'],
            region='us-east-1', service_context={key.lower(): value for key, value in request['context'].items()})
        return evaluate(context, parsed, *bounds).decision == 'Allow'
    return allows

def of_moto(policies, limits):
    layers = [[IAMPolicy(one) for one in layer] for layer in (policies, *([one] for one in limits))]
    listed = lambda value: [value] if isinstance(value, str) else value
    statements = [statement for one in (*policies, *limits) for statement in json.loads(one)['Statement']]
    silent = {action for statement in statements for action in listed(statement['Action'])
        if 'Condition' in statement or not all(re.fullmatch(r'[\\w*/:.-]+', one) for one in listed(statement['Resource']))}
    def allows(request):
        if request['action'] in silent:
            return None
        said = [[one.is_action_permitted(request['action'], request['resource']) for one in layer] for layer in layers]
        return all(PermissionResult.PERMITTED in layer and PermissionResult.DENIED not in layer for layer in said)
    return allows

for line in sys.stdin:
    asked = json.loads(line)
    given = asked['policies'], asked.get('limits', [])
    ministack, moto = of_ministack(*given), of_moto(*given)
    print(json.dumps([{'miniStack': ministack(one), 'moto': moto(one)} for one in asked['requests']]))
`

/** Weighs requests by implementations of IAM that others wrote. */
export async function weighed(all: readonly Weighed[]): Promise<readonly (readonly Verdict[])[]> {
  const python = spawn(join(process.cwd(), '.emulators/bin/python'), ['-c', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = text(python.stdout)
  const closed = once(python, 'close')
  python.stdin.end(all.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const [code] = (await closed) as [number | null]
  if (code !== 0) throw new Error(`the evaluation ended with ${code}`)
  const lines = (await said).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as readonly Verdict[])
}
