import type {
  ComputeEnvironmentDetail,
  ComputeResource,
  CreateComputeEnvironmentRequest,
  CreateComputeEnvironmentResponse,
  DeleteComputeEnvironmentRequest,
  DescribeComputeEnvironmentsRequest,
  DescribeComputeEnvironmentsResponse,
  UpdateComputeEnvironmentRequest,
  UpdateComputeEnvironmentResponse,
} from '@aws-sdk/client-batch'
import {
  type Account,
  type Environment,
  type EnvironmentDetail,
  environmentOf,
  isFargate,
} from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import {
  checkResources,
  environmentShapes,
  ofOtherEnvironments,
  replacesHosts,
} from '#local/batch/api/environment-shapes.ts'
import { pageOf } from '#local/batch/api/page.ts'
import { checked, without } from '#local/batch/api/shapes.ts'
import { arnOf, ecsArnOf, nameIn } from '#local/batch/arns.ts'
import { notEmulated, refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import type { Fleet } from '#local/batch/hosts/fleet.ts'

export interface EnvironmentCallsOptions {
  readonly account: Account
  readonly newFleet: (environment: EnvironmentDetail) => Fleet
  /** How long an environment is CREATING, UPDATING and DELETING. */
  readonly settleS: number
  /** How long it is UPDATING when its hosts are replaced. */
  readonly replaceS: number
  /** Jobs may find places now. */
  readonly onChange: () => void
}

/** Jobs of an environment whose hosts are replaced have so long, unless it says otherwise. */
const jobsOfUpdateMinutes = 30

/** Create, describe, update and delete of compute environments. */
export function environmentCalls({ account, newFleet, settleS, replaceS, onChange }: EnvironmentCallsOptions): Calls {
  const { clock, environments, queues, place, nextTurn } = account
  return {
    createcomputeenvironment: (body): CreateComputeEnvironmentResponse => {
      const request = checked<CreateComputeEnvironmentRequest>(environmentShapes.create, body)
      without(request, ofOtherEnvironments)
      if (request.type === 'UNMANAGED') notEmulated('an UNMANAGED compute environment')
      const { computeEnvironmentName: name = '', computeResources = refuse('computeResources must be given') } = request
      checkResources(computeResources)
      if (environments.has(name)) refuse('Object already exists')
      if (environments.size >= batchLimits.environments) {
        refuse(`You have reached the limit of ${batchLimits.environments} compute environments`)
      }
      const computeEnvironmentArn = arnOf(place, 'compute-environment', name)
      const { desiredvCpus, ...resources } = computeResources
      const detail: EnvironmentDetail = {
        computeEnvironmentName: name,
        computeEnvironmentArn,
        ecsClusterArn: ecsArnOf(place, 'cluster', `${name}_Batch`),
        tags: request.tags ?? {},
        type: 'MANAGED',
        state: request.state ?? 'ENABLED',
        serviceRole:
          request.serviceRole ??
          `arn:aws:iam::${place.account}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch`,
        containerOrchestrationType: 'ECS',
        computeResources: isFargate(resources)
          ? resources
          : { minvCpus: 0, allocationStrategy: 'BEST_FIT', ...resources },
      }
      const fleet = newFleet(detail)
      const environment: Environment = { name, turn: nextTurn(), detail, fleet }
      environments.set(name, environment)
      become(environment, 'CREATING', settleS, () => fleet.keep(desiredvCpus))
      return { computeEnvironmentName: name, computeEnvironmentArn }
    },
    describecomputeenvironments: (body): DescribeComputeEnvironmentsResponse => {
      const request = checked<DescribeComputeEnvironmentsRequest>(environmentShapes.describe, body)
      const named = request.computeEnvironments?.flatMap((one) => environments.get(nameIn(one)) ?? [])
      const page = { size: request.maxResults ?? batchLimits.describedAtOnce, token: request.nextToken }
      const { items, nextToken } = pageOf(named ?? [...environments.values()], ({ turn }) => turn, page)
      return { computeEnvironments: items.map(describedAs), nextToken }
    },
    updatecomputeenvironment: (body): UpdateComputeEnvironmentResponse => {
      const request = checked<UpdateComputeEnvironmentRequest>(environmentShapes.update, body)
      without(request, ofOtherEnvironments)
      const environment = environmentOf(account, request.computeEnvironment as string)
      update(environment, request)
      const { computeEnvironmentName, computeEnvironmentArn } = environment.detail
      return { computeEnvironmentName, computeEnvironmentArn }
    },
    deletecomputeenvironment: (body) => {
      const { computeEnvironment = '' } = checked<DeleteComputeEnvironmentRequest>(environmentShapes.delete, body)
      const environment = environments.get(nameIn(computeEnvironment))
      if (environment === undefined) return {}
      const { detail, fleet, name } = environment
      if (detail.state !== 'DISABLED') refuse('Cannot delete, state must be DISABLED')
      const isUsed = [...queues.values()].some((queue) =>
        queue.detail.computeEnvironmentOrder.some((one) => one.computeEnvironment === detail.computeEnvironmentArn),
      )
      if (isUsed) refuse('Cannot delete, found existing JobQueue relationship')
      refuseWhileModified(detail)
      become(environment, 'DELETING', settleS, () => {
        fleet.close()
        environments.delete(name)
      })
      return {}
    },
  }

  function update(environment: Environment, request: UpdateComputeEnvironmentRequest): void {
    const { detail, fleet } = environment
    refuseWhileModified(detail)
    const { desiredvCpus, ...changes } = request.computeResources ?? {}
    const before = detail.computeResources
    const resources = { ...before, ...changes } as ComputeResource
    checkResources(desiredvCpus === undefined ? resources : { ...resources, desiredvCpus })
    if (desiredvCpus !== undefined && desiredvCpus < fleet.vcpus) {
      refuse(
        'Manually scaling down compute environment is not supported. Disconnecting job queues from compute environment ' +
          'will cause it to scale-down to minvCpus.',
      )
    }
    if (changes.maxvCpus !== undefined && changes.maxvCpus < fleet.vcpus) {
      refuse(`maxvCpus cannot be below the desiredvCpus of ${fleet.vcpus}`)
    }
    const isReplacing = replacesHosts(before, changes)
    if (isReplacing && before.allocationStrategy === 'BEST_FIT') {
      refuse('A compute environment with allocation strategy BEST_FIT does not support infrastructure updates')
    }
    detail.state = request.state ?? detail.state
    detail.serviceRole = request.serviceRole ?? detail.serviceRole
    detail.updatePolicy = request.updatePolicy ?? detail.updatePolicy
    detail.computeResources = resources
    become(environment, 'UPDATING', isReplacing ? replaceS : settleS, () => undefined)
    if (isReplacing) replace(environment)
    fleet.resettle()
    if (desiredvCpus !== undefined) fleet.keep(desiredvCpus)
  }

  /** Hosts go at once, or once their jobs have ended or had their time. */
  function replace({ detail: { updatePolicy }, fleet }: Environment): void {
    const { terminateJobsOnUpdate = false, jobExecutionTimeoutMinutes = jobsOfUpdateMinutes } = updatePolicy ?? {}
    for (const host of fleet.replace()) {
      const reclaim = () => fleet.reclaim(host)
      if (terminateJobsOnUpdate) reclaim()
      else clock.at(clock.nowMs() + jobExecutionTimeoutMinutes * 60_000, reclaim)
    }
  }

  /** Is in a passing status for so long, and VALID after it. */
  function become(
    { detail }: Environment,
    status: 'CREATING' | 'UPDATING' | 'DELETING',
    forS: number,
    then: () => void,
  ): void {
    const settled = () => {
      detail.status = 'VALID'
      detail.statusReason = 'ComputeEnvironment Healthy'
      then()
      onChange()
    }
    detail.status = status
    if (forS === 0) settled()
    else clock.at(clock.nowMs() + forS * 1000, settled)
  }
}

function refuseWhileModified({ status }: ComputeEnvironmentDetail): void {
  if (status !== 'VALID') refuse('Cannot update, resource is being modified.')
}

function describedAs({ detail, fleet }: Environment): ComputeEnvironmentDetail {
  const { computeResources } = detail
  if (isFargate(computeResources)) return detail
  return { ...detail, computeResources: { ...computeResources, desiredvCpus: fleet.vcpus } }
}
