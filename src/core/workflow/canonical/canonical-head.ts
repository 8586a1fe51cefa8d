import { canonicalCode } from '#core/workflow/canonical/canonical-code.ts'
import { checkVariable, findClashes } from '#core/workflow/canonical/canonical-environment.ts'
import { inKeyOrder, jsonInKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { isOfParamType } from '#core/workflow/param-type.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { CheckedHead } from '#core/workflow/schema.ts'
import type { Param, Workflow } from '#core/workflow/workflow.ts'

type Head = Omit<Workflow, 'outputs' | 'tasks'>

const PRIORITIES = { low: 25, normal: 50, high: 75 } as const

/** What a workflow says of itself as a whole, with every default filled in. */
export function canonicalHead(head: CheckedHead, findings: Findings): Head {
  findClashes('param', Object.keys(head.params ?? {}), ['params'], new Map(), findings)
  for (const [variable, value] of Object.entries(head.defaults?.env ?? {})) {
    checkVariable(variable, value, ['defaults', 'env', variable], findings)
  }
  const { priority = 'normal' } = head
  return {
    apiVersion: head.apiVersion,
    ...(head.budgetUsd === undefined ? {} : { budgetUsd: head.budgetUsd }),
    code: canonicalCode(head.code, { kind: 'folder', path: '.' }, ['code'], findings),
    ...(head.deadline === undefined ? {} : { deadlineS: head.deadline }),
    ...(head.description === undefined ? {} : { description: head.description }),
    labels: inKeyOrder(head.labels ?? {}),
    name: head.name,
    onFailure: head.onFailure ?? 'finish',
    params: canonicalParams(head, findings),
    priority: typeof priority === 'number' ? priority : PRIORITIES[priority],
    ...(head.timeout === undefined ? {} : { timeoutS: head.timeout }),
  }
}

function canonicalParams(head: CheckedHead, findings: Findings): Workflow['params'] {
  const params: Record<string, Param> = {}
  for (const [name, param] of Object.entries(head.params ?? {})) {
    const path = ['params', name, 'default']
    if (param.default !== undefined && !isOfParamType(param.default, param.type)) {
      findings.add({
        code: 'WF-VALUE',
        message: `${describePlace(path)} cannot be ${quoted(param.default)}`,
        fix: `write a value of type ${quoted(param.type)}, or change the type`,
        path,
        at: 'value',
      })
    }
    params[name] = {
      ...(param.default === undefined ? {} : { default: jsonInKeyOrder(param.default) }),
      ...(param.description === undefined ? {} : { description: param.description }),
      type: param.type,
    }
  }
  return inKeyOrder(params)
}
