import type {
  CreateSchedulingPolicyRequest,
  CreateSchedulingPolicyResponse,
  DeleteSchedulingPolicyRequest,
  DescribeSchedulingPoliciesRequest,
  DescribeSchedulingPoliciesResponse,
  ListSchedulingPoliciesRequest,
  ListSchedulingPoliciesResponse,
  UpdateSchedulingPolicyRequest,
} from '@aws-sdk/client-batch'
import { z } from 'zod'
import type { Account, Policy } from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import { pageOf } from '#local/batch/api/page.ts'
import {
  checked,
  described,
  describedNames,
  resourceName,
  shareOrPrefix,
  tags,
  whole,
  without,
} from '#local/batch/api/shapes.ts'
import { arnOf } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'

const fairsharePolicy = z.looseObject({
  shareDecaySeconds: whole(0, 604_800).optional(),
  computeReservation: whole(0, 99).optional(),
  shareDistribution: z
    .array(
      z.looseObject({ shareIdentifier: shareOrPrefix, weightFactor: z.number().min(0.0001).max(999.9999).optional() }),
    )
    .max(batchLimits.sharesOfQueue)
    .refine((all) => !overlap(all.map(({ shareIdentifier }) => shareIdentifier)), {
      error: 'share identifiers overlap',
    })
    .optional(),
})
const create = z.looseObject({ name: resourceName, fairsharePolicy: fairsharePolicy.optional(), tags: tags.optional() })
const update = z.looseObject({ arn: z.string(), fairsharePolicy: fairsharePolicy.optional() })
const about = z.looseObject({ arn: z.string() })
const describe = z.looseObject({ arns: describedNames })
const list = z.looseObject(described)

/** Create, describe, list, update and delete of scheduling policies. */
export function policyCalls({ policies, queues, place, nextTurn }: Account): Calls {
  return {
    createschedulingpolicy: (body): CreateSchedulingPolicyResponse => {
      const request = checked<CreateSchedulingPolicyRequest>(create, body)
      without(request, ['quotaSharePolicy'])
      const name = request.name as string
      const arn = arnOf(place, 'scheduling-policy', name)
      if (policies.has(arn)) refuse(`Scheduling policy ${name} already exists`)
      const detail = { name, arn, fairsharePolicy: request.fairsharePolicy ?? {}, tags: request.tags ?? {} }
      policies.set(arn, { turn: nextTurn(), detail })
      return { name, arn }
    },
    describeschedulingpolicies: (body): DescribeSchedulingPoliciesResponse => {
      const { arns = [] } = checked<DescribeSchedulingPoliciesRequest>(describe, body)
      return { schedulingPolicies: arns.flatMap((arn) => policies.get(arn)?.detail ?? []) }
    },
    listschedulingpolicies: (body): ListSchedulingPoliciesResponse => {
      const { maxResults = batchLimits.describedAtOnce, nextToken: token } = checked<ListSchedulingPoliciesRequest>(
        list,
        body,
      )
      const { items, nextToken } = pageOf([...policies.values()], ({ turn }) => turn, { size: maxResults, token })
      return { schedulingPolicies: items.map(({ detail }) => ({ arn: detail.arn })), nextToken }
    },
    updateschedulingpolicy: (body) => {
      const request = checked<UpdateSchedulingPolicyRequest>(update, body)
      without(request, ['quotaSharePolicy'])
      const { detail } = policyOf(request.arn)
      if (request.fairsharePolicy !== undefined) detail.fairsharePolicy = request.fairsharePolicy
      return {}
    },
    deleteschedulingpolicy: (body) => {
      const { arn = '' } = checked<DeleteSchedulingPolicyRequest>(about, body)
      if ([...queues.values()].some(({ detail }) => detail.schedulingPolicyArn === arn)) {
        refuse('Cannot delete, found existing JobQueue relationship')
      }
      policies.delete(arn)
      return {}
    },
  }

  function policyOf(arn: string | undefined): Policy {
    return policies.get(arn ?? '') ?? refuse(`Scheduling policy ${arn ?? ''} does not exist`)
  }
}

function overlap(shares: readonly string[]): boolean {
  return shares.some((one, index) =>
    shares.some(
      (other, at) => at !== index && (one === other || (one.endsWith('*') && other.startsWith(one.slice(0, -1)))),
    ),
  )
}
