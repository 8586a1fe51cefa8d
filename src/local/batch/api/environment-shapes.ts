import type { ComputeResource, ComputeResourceUpdate } from '@aws-sdk/client-batch'
import { z } from 'zod'
import { isFargate } from '#local/batch/account.ts'
import { described, describedNames, resourceName, state, tags, without } from '#local/batch/api/shapes.ts'
import { notEmulated, refuse } from '#local/batch/batch-fault.ts'

const resources = {
  minvCpus: z.int().min(0).optional(),
  maxvCpus: z.int().min(1).optional(),
  desiredvCpus: z.int().min(0).optional(),
  instanceTypes: z.array(z.string()).optional(),
  subnets: z.array(z.string()).optional(),
  securityGroupIds: z.array(z.string()).optional(),
  allocationStrategy: z.string().optional(),
  scalingPolicy: z
    .looseObject({
      minScaleDownDelayMinutes: z
        .int()
        .max(10_080)
        .refine((minutes) => minutes === 0 || minutes >= 20, { error: 'from 20 to 10080, or 0' })
        .optional(),
    })
    .optional(),
}
const types = z.enum(['EC2', 'SPOT', 'FARGATE', 'FARGATE_SPOT', 'ECS_MANAGED_INSTANCES'])

/** Shapes of the requests about compute environments. */
export const environmentShapes = {
  create: z.looseObject({
    computeEnvironmentName: resourceName,
    type: z.enum(['MANAGED', 'UNMANAGED']),
    state: state.optional(),
    computeResources: z.looseObject({ ...resources, type: types, maxvCpus: z.int().min(1) }).optional(),
    tags: tags.optional(),
  }),
  update: z.looseObject({
    computeEnvironment: z.string(),
    state: state.optional(),
    computeResources: z.looseObject(resources).optional(),
    updatePolicy: z
      .looseObject({
        terminateJobsOnUpdate: z.boolean().optional(),
        jobExecutionTimeoutMinutes: z.int().min(1).max(7200).optional(),
      })
      .optional(),
  }),
  delete: z.looseObject({ computeEnvironment: z.string() }),
  describe: z.looseObject({ ...described, computeEnvironments: describedNames.optional() }),
}

/** Members of requests that belong to kinds of environments that there are none of here. */
export const ofOtherEnvironments = ['eksConfiguration', 'unmanagedvCpus']
const ofHosts = [
  'minvCpus',
  'desiredvCpus',
  'instanceTypes',
  'instanceRole',
  'launchTemplate',
  'allocationStrategy',
  'scalingPolicy',
]
const needed = {
  hosts: ['instanceTypes', 'subnets', 'instanceRole'],
  fargate: ['subnets', 'securityGroupIds'],
} as const

/** What holds of the resources of an environment, new or updated. @throws BatchFault when it does not. */
export function checkResources(all: ComputeResource): void {
  if (all.type === 'ECS_MANAGED_INSTANCES') notEmulated('ECS_MANAGED_INSTANCES')
  without(all, ['managedInstancesProvider', 'capacityTags'])
  const { minvCpus = 0, maxvCpus = 0, desiredvCpus } = all
  for (const name of isFargate(all) ? needed.fargate : needed.hosts) {
    if (all[name] === undefined || all[name].length === 0) refuse(`computeResources.${name} must be given`)
  }
  if (isFargate(all)) {
    const other = ofHosts.find((name) => Object.hasOwn(all, name))
    if (other !== undefined) refuse(`computeResources.${other} is not applicable to Fargate`)
  } else if (minvCpus > maxvCpus) refuse('minvCpus must be at most maxvCpus')
  if (desiredvCpus !== undefined && (desiredvCpus < minvCpus || desiredvCpus > maxvCpus)) {
    refuse('desiredvCpus must be between minvCpus and maxvCpus')
  }
}

/** Members that an update may change with no change of hosts. */
const scaling = ['minvCpus', 'maxvCpus', 'desiredvCpus', 'scalingPolicy', 'updateToLatestImageVersion']

/** Whether an update replaces hosts: it changes something of them, be it beside a change of their number. */
export function replacesHosts(before: ComputeResource, update: ComputeResourceUpdate): boolean {
  if (isFargate(before)) return false
  return Object.entries(update).some(([name, value]) => value !== undefined && !scaling.includes(name))
}
