import { stripVTControlCharacters } from 'node:util'
import type { Problem } from '#contract/problem.ts'

/** A resource that CloudFormation could not make, change or remove. */
export interface ResourceFailure {
  readonly stack: string
  readonly resource: string
  readonly type: string
  readonly status: string
  readonly reason: string
}

/** What is given up because something else failed. */
const followsAnother = /cancelled|rollback|The following resource\(s\) failed/i

/** Remedies by what CloudFormation, or who it asks, says. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/access ?denied|not authorized|forbidden/i, 'let whoever deploys, or the role of cdk bootstrap, do this'],
  [/limit exceeded|quota|too many/i, 'ask for more: `forkcast doctor --aws` says which quota, and the command'],
  [/bootstrap/i, 'bring what all apps of the CDK share up to date: npx cdk bootstrap'],
  [/already exists/i, 'name this deployment otherwise with --name, or remove what is there by hand'],
  [
    /not ?supported|unsupported|unrecognized resource type/i,
    'this region, or what emulates one, does not have it: choose without it, or another region',
  ],
  [/_IN_PROGRESS state/i, 'something else works at this stack: wait until it stands still'],
]

/** Why stacks could not be deployed or destroyed: the first resource that failed by itself, in the words of CloudFormation. */
export function stackProblem(
  verb: 'deploy' | 'destroy' | 'diff',
  error: unknown,
  failures: readonly ResourceFailure[],
): Problem {
  const first = failures.find(({ reason }) => !followsAnother.test(reason)) ?? failures[0]
  const said = error instanceof Error ? error.message : String(error)
  const { name = '' } = error instanceof Error ? error : {}
  const where = first && `${first.stack}: ${first.resource} (${first.type}) ${first.status}`
  const reason = first?.reason ?? said
  const [, remedy] = remedies.find(([pattern]) => pattern.test(`${reason} ${name}`)) ?? []
  const again = `mend that and \`forkcast ${verb}\` again: what stands is kept`
  return {
    code: `${verb.toUpperCase()}-FAILED`,
    message: where === undefined ? plain(said) : `${where}\n${reason}`,
    fix: remedy === undefined ? again : `${remedy}; then \`forkcast ${verb}\` again`,
    exitCode: 1,
  }
}

/** As the CDK says it, without its decoration. */
function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/^[^\w]+/, '')
    .replace(/^(\S+) failed: (\w*(?:Error|Exception): )?/, '$1: ')
}

/** Why nothing could be synthesised: what the app threw, without its stack. */
export function synthesisProblem(said: readonly string[], error: unknown): Problem {
  const thrown = said.map((line) => /^(?:\w*Error): (.*)$/.exec(line)?.[1]).find((message) => message !== undefined)
  const message = thrown ?? (error instanceof Error ? error.message : String(error))
  return {
    code: 'DEPLOY-CHOICE',
    message: stripVTControlCharacters(message),
    fix: 'docs/deploy.md lists what can be chosen with -c forkcast:NAME=VALUE',
    exitCode: 2,
  }
}
