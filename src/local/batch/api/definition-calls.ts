import type {
  DeregisterJobDefinitionRequest,
  DescribeJobDefinitionsRequest,
  DescribeJobDefinitionsResponse,
  JobDefinition,
  RegisterJobDefinitionRequest,
  RegisterJobDefinitionResponse,
} from '@aws-sdk/client-batch'
import { z } from 'zod'
import type { Account, Definition } from '#local/batch/account.ts'
import type { Calls } from '#local/batch/api/call.ts'
import { pageOf } from '#local/batch/api/page.ts'
import {
  checked,
  container,
  described,
  describedNames,
  parameters,
  resourceName,
  retryStrategy,
  tags,
  timeout,
  whole,
  without,
} from '#local/batch/api/shapes.ts'
import { arnOf, nameIn } from '#local/batch/arns.ts'
import { refuse } from '#local/batch/batch-fault.ts'
import { batchLimits } from '#local/batch/batch-limits.ts'
import { containerOf } from '#local/batch/job/container.ts'
import { resourcesOf } from '#local/batch/job/resources.ts'
import { taskContainersOf } from '#local/batch/job/task-containers.ts'

const register = z.looseObject({
  jobDefinitionName: resourceName,
  type: z.enum(['container', 'multinode']),
  parameters: parameters.optional(),
  schedulingPriority: whole(0, 9999).optional(),
  containerProperties: z
    .looseObject({ ...container, image: z.string().min(1), executionRoleArn: z.string().optional() })
    .optional(),
  ecsProperties: z
    .looseObject({
      taskProperties: z
        .array(z.looseObject({ containers: z.array(z.looseObject(container)).min(1).max(10) }))
        .length(1),
    })
    .optional(),
  retryStrategy: retryStrategy.optional(),
  timeout: timeout.optional(),
  propagateTags: z.boolean().optional(),
  platformCapabilities: z
    .array(z.enum(['EC2', 'FARGATE']))
    .length(1)
    .optional(),
  tags: tags.optional(),
})
const deregister = z.looseObject({ jobDefinition: z.string().regex(/:\d+$/, 'must name a revision') })
const describe = z.looseObject({
  ...described,
  jobDefinitions: describedNames.optional(),
  jobDefinitionName: z.string().optional(),
  status: z.string().optional(),
})
const elsewhere = ['nodeProperties', 'eksProperties', 'consumableResourceProperties']

/** Register, describe and deregister of job definitions. */
export function definitionCalls(account: Account): Calls {
  const { definitions, place, nextTurn } = account
  return {
    registerjobdefinition: (body): RegisterJobDefinitionResponse => {
      const kib = Buffer.byteLength(JSON.stringify(body)) / 1024
      if (kib > batchLimits.definitionKiB)
        refuse(`Job definition size must be less than ${batchLimits.definitionKiB} KiB`)
      return registered(checked<RegisterJobDefinitionRequest>(register, body))
    },
    describejobdefinitions: (body): DescribeJobDefinitionsResponse => {
      const request = checked<DescribeJobDefinitionsRequest>(describe, body)
      const { jobDefinitions, jobDefinitionName, status, maxResults, nextToken: token } = request
      if (jobDefinitions !== undefined && jobDefinitionName !== undefined) {
        refuse('jobDefinitions and jobDefinitionName cannot be used together')
      }
      const all = [...definitions.values()].flat().sort((a, b) => a.turn - b.turn)
      const asked = all.filter(
        ({ detail }) =>
          (jobDefinitions?.some((one) => isNamed(detail, one)) ?? true) &&
          (jobDefinitionName === undefined || detail.jobDefinitionName === jobDefinitionName) &&
          (status === undefined || detail.status === status),
      )
      const page = { size: maxResults ?? batchLimits.describedAtOnce, token }
      const { items, nextToken } = pageOf(asked, ({ turn }) => turn, page)
      return { jobDefinitions: items.map(({ detail }) => detail), nextToken }
    },
    deregisterjobdefinition: (body) => {
      const { jobDefinition = '' } = checked<DeregisterJobDefinitionRequest>(deregister, body)
      const found = [...definitions.values()].flat().find(({ detail }) => isNamed(detail, jobDefinition))
      if (found !== undefined) found.detail.status = 'INACTIVE'
      return {}
    },
  }

  function registered(request: RegisterJobDefinitionRequest): RegisterJobDefinitionResponse {
    without(request, elsewhere)
    if (request.type === 'multinode') refuse('a multinode job definition is not emulated here')
    const { containerProperties, ecsProperties } = request
    if (containerProperties !== undefined && ecsProperties !== undefined) {
      refuse('containerProperties and ecsProperties cannot be used together')
    }
    const container =
      ecsProperties === undefined
        ? containerOf(containerProperties ?? refuse('containerProperties must be given'), {}, {})
        : taskContainersOf(ecsProperties, {}, {}).container
    if (container.secrets?.length) refuse('secrets of a container are not emulated here')
    const platformCapabilities = request.platformCapabilities ?? ['EC2']
    const isFargate = platformCapabilities[0] === 'FARGATE'
    if (isFargate && container.executionRoleArn === undefined) refuse('Fargate requires executionRoleArn')
    // Checked now, so that what is wrong is told to whoever wrote it.
    resourcesOf(container, isFargate)
    const name = request.jobDefinitionName as string
    const revisions = definitions.get(name) ?? []
    const revision = revisions.length + 1
    const jobDefinitionArn = arnOf(place, 'job-definition', `${name}:${revision}`)
    const detail: JobDefinition = {
      jobDefinitionName: name,
      jobDefinitionArn,
      revision,
      status: 'ACTIVE',
      type: 'container',
      schedulingPriority: request.schedulingPriority,
      parameters: request.parameters ?? {},
      retryStrategy: request.retryStrategy,
      ...structuredClone({ containerProperties, ecsProperties }),
      timeout: request.timeout,
      tags: request.tags ?? {},
      propagateTags: request.propagateTags,
      platformCapabilities,
      containerOrchestrationType: 'ECS',
    }
    definitions.set(name, [...revisions, { turn: nextTurn(), detail }])
    return { jobDefinitionName: name, jobDefinitionArn, revision }
  }
}

/** The definition that a submission names; the latest active one when it names no revision. @throws BatchFault */
export function activeDefinition({ definitions }: Account, reference: string): Definition {
  const [name = '', revision] = nameIn(reference).split(':')
  const active = (definitions.get(name) ?? []).filter(({ detail }) => detail.status === 'ACTIVE')
  const found =
    revision === undefined ? active.at(-1) : active.find(({ detail }) => String(detail.revision) === revision)
  return found ?? refuse(`JobDefinition ${reference} does not exist or is not ACTIVE`)
}

function isNamed({ jobDefinitionArn = '' }: JobDefinition, reference: string): boolean {
  return nameIn(jobDefinitionArn) === nameIn(reference)
}
