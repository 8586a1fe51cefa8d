import type {
  ContainerOverrides,
  EcsProperties,
  EcsPropertiesOverride,
  KeyValuePair,
  ResourceRequirement,
} from '@aws-sdk/client-batch'
import type { BatchContainer } from '#adapters/aws/batch-container.ts'
import type { InitContainer } from '#contract/agent-container.ts'
import { batchContainerNames } from '#contract/batch-job.ts'
import type { Resources } from '#core/workflow/workflow.ts'

/** A container that another one has to end before. */
export type PreparedContainer = BatchContainer & { readonly init: InitContainer }

/** What the first container has of the memory of its task for good: it copies files. */
const initMemoryMiB = 128
/** And of its vCPUs, which are shares of the whole: once it has ended, the clone has all. */
const initVcpus = 0.25

/**
 * The two containers of a task on Fargate: the first brings the runtime into a volume of the task and ends, the clone's starts when
 * that went well. What is the task's is not said of a container.
 */
export function ecsProperties(image: string, size: Resources, container: PreparedContainer): EcsProperties {
  const {
    init,
    volumes = [],
    mountPoints = [],
    jobRoleArn,
    executionRoleArn,
    networkConfiguration,
    fargatePlatformConfiguration,
    ephemeralStorage,
    runtimePlatform,
    ...own
  } = container
  const parts = partsOf(size)
  return {
    taskProperties: [
      {
        containers: [
          {
            name: batchContainerNames.init,
            image: init.image,
            command: [...init.command],
            essential: false,
            mountPoints: mountPoints.map((mount) => ({ ...mount, readOnly: false })),
            resourceRequirements: parts.init,
            ...(own.logConfiguration && { logConfiguration: own.logConfiguration }),
          },
          {
            ...own,
            name: batchContainerNames.clone,
            image,
            essential: true,
            dependsOn: [{ containerName: batchContainerNames.init, condition: 'SUCCESS' }],
            mountPoints,
            resourceRequirements: parts.clone,
          },
        ],
        volumes,
        ...(jobRoleArn !== undefined && { taskRoleArn: jobRoleArn }),
        ...(executionRoleArn !== undefined && { executionRoleArn }),
        ...(networkConfiguration && { networkConfiguration }),
        ...(ephemeralStorage && { ephemeralStorage }),
        ...(runtimePlatform && { runtimePlatform }),
        ...(fargatePlatformConfiguration?.platformVersion !== undefined && {
          platformVersion: fargatePlatformConfiguration.platformVersion,
        }),
      },
    ],
  }
}

/** What a submission says of size and environment: of the one container of a definition, or of the clone's among two. */
export function sizeOverrides(
  container: BatchContainer,
  size: Resources,
  environment: KeyValuePair[],
): { containerOverrides: ContainerOverrides } | { ecsPropertiesOverride: EcsPropertiesOverride } {
  if (!isPrepared(container)) return { containerOverrides: { environment, resourceRequirements: requirements(size) } }
  const parts = partsOf(size)
  const containers = [
    { name: batchContainerNames.init, resourceRequirements: parts.init },
    { name: batchContainerNames.clone, resourceRequirements: parts.clone, environment },
  ]
  return { ecsPropertiesOverride: { taskProperties: [{ containers }] } }
}

export function isPrepared(container: BatchContainer): container is PreparedContainer {
  return container.init !== undefined
}

/** A size as AWS Batch is told of it. */
export function requirements({ vcpus, memoryMiB, gpus }: Resources): ResourceRequirement[] {
  return [
    { type: 'VCPU', value: String(vcpus) },
    { type: 'MEMORY', value: String(memoryMiB) },
    ...(gpus > 0 ? [{ type: 'GPU', value: String(gpus) } as const] : []),
  ]
}

/** Fargate takes a size for a task as a whole: the sum of what its containers ask for has to be one. */
function partsOf({ vcpus, memoryMiB, gpus }: Resources) {
  const init = { vcpus: Math.min(initVcpus, vcpus / 2), memoryMiB: initMemoryMiB, gpus: 0 }
  const clone = { vcpus: vcpus - init.vcpus, memoryMiB: memoryMiB - init.memoryMiB, gpus }
  return { init: requirements(init), clone: requirements(clone) }
}
