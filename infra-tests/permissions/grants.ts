import { weighed } from '../../test/account/policy-evaluators.ts'
import type { RolePolicies } from './deployed-rights.ts'
import type { IamCall } from './iam-calls.ts'

interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
}

/** The least that a policy can allow: one action on one pattern of resources. */
export interface Grant {
  /** Of its statement; `-` for one without. */
  readonly sid: string
  readonly action: string
  readonly resource: string
}

/** Grants of roles, and whether any of the calls of whoever has the role would be allowed by that grant alone. */
export async function usedGrants<N extends string>(
  roles: readonly { readonly name: N; readonly policies: RolePolicies; readonly calls: readonly IamCall[] }[],
): Promise<readonly (Grant & { readonly name: N; readonly isUsed: boolean })[]> {
  const alone = roles.flatMap(({ name, policies, calls }) =>
    policies.flatMap(statementsOf).flatMap((statement) =>
      [statement.Action].flat().flatMap((action) =>
        [statement.Resource].flat().map((resource) => ({
          grant: { name, sid: statement.Sid ?? '-', action, resource },
          policies: [JSON.stringify({ Statement: [{ ...statement, Action: action, Resource: resource }] })],
          requests: calls.filter((call) => call.action === action),
        })),
      ),
    ),
  )
  const verdicts = await weighed(alone)
  return alone.map(({ grant }, index) => ({ ...grant, isUsed: (verdicts[index] ?? []).some((one) => one.miniStack) }))
}

function statementsOf(policy: string): readonly Statement[] {
  return (JSON.parse(policy) as { readonly Statement: readonly Statement[] }).Statement
}
