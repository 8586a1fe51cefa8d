import type {
  ContainerDetail,
  ContainerProperties,
  EcsProperties,
  EcsPropertiesOverride,
  EcsTaskProperties,
  TaskContainerDetails,
  TaskContainerOverrides,
  TaskContainerProperties,
} from '@aws-sdk/client-batch'
import { notEmulated, refuse } from '#local/batch/batch-fault.ts'
import { containerOf } from '#local/batch/job/container.ts'

/** The containers of a job that has several: the essential one is what runs here, the others are taken to end well at once. */
export interface TaskContainers {
  /** All that is said of the task itself. */
  readonly task: Omit<EcsTaskProperties, 'containers'>
  /** With what the submission overrides. */
  readonly containers: readonly TaskContainerDetails[]
  readonly essential: string
  /** The essential one as if it were alone, with all that the task asks for. */
  readonly container: ContainerDetail
}

const sized = ['VCPU', 'MEMORY', 'GPU'] as const

/** The task of a definition with what a submission overrides. @throws BatchFault when its containers can't be together, or are more than this plays. */
export function taskContainersOf(
  properties: EcsProperties,
  override: EcsPropertiesOverride,
  parameters: Readonly<Record<string, string>>,
): TaskContainers {
  const [definition, ...others] = properties.taskProperties ?? []
  if (definition === undefined || others.length > 0) refuse('taskProperties must have one element')
  const { containers: defined = [], ...task } = definition
  checkTogether(defined)
  const [overridden, ...rest] = override.taskProperties ?? []
  if (rest.length > 0) refuse('taskProperties of overrides must have one element')
  const changes = namedOverrides(overridden?.containers ?? [], defined)
  const containers = defined.map((one) => ({
    ...one,
    ...containerOf(asAlone(one), changes.get(one.name) ?? {}, parameters),
    name: one.name,
  }))
  const [essential, ...more] = containers.filter((one) => one.essential !== false)
  if (essential?.name === undefined) refuse('A job must have an essential container')
  if (more.length > 0) notEmulated('more than one essential container')
  const { taskRoleArn: jobRoleArn, executionRoleArn } = task
  const resourceRequirements = sized.flatMap((type) => {
    const values = containers.flatMap((one) => one.resourceRequirements?.filter((each) => each.type === type) ?? [])
    return values.length === 0
      ? []
      : [{ type, value: String(values.reduce((sum, { value }) => sum + Number(value), 0)) }]
  })
  const container = { ...asAlone(essential), resourceRequirements, jobRoleArn, executionRoleArn }
  return { task, containers, essential: essential.name, container }
}

/** As jobs tell of them: once the essential one has ended, so has the rest. */
export function taskDetail({ task, containers, essential }: TaskContainers, last: ContainerDetail | undefined) {
  const { exitCode, reason, logStreamName, ...of } = last ?? {}
  const hasStarted = logStreamName !== undefined
  return {
    taskProperties: [
      {
        ...task,
        ...(of.taskArn !== undefined && { taskArn: of.taskArn }),
        ...(of.containerInstanceArn !== undefined && { containerInstanceArn: of.containerInstanceArn }),
        containers: containers.map((one) =>
          one.name === essential
            ? { ...one, exitCode, reason, logStreamName }
            : { ...one, ...(hasStarted && { exitCode: 0 }) },
        ),
      },
    ],
  }
}

function checkTogether(containers: readonly TaskContainerProperties[]): void {
  const byName = new Map(containers.map((one) => [one.name, one]))
  if (byName.size < containers.length || byName.has(undefined)) refuse('Containers must have names of their own')
  for (const { name, image, dependsOn = [] } of containers) {
    if (!image) refuse(`Container ${name} must have an image`)
    for (const { containerName, condition } of dependsOn) {
      const other = byName.get(containerName)
      if (other === undefined || containerName === name) refuse(`Container ${name} depends on ${containerName}`)
      if (condition !== 'START' && other.essential !== false) {
        refuse('A dependency container with SUCCESS or COMPLETE condition cannot be an essential container')
      }
    }
  }
}

function namedOverrides(
  overrides: readonly TaskContainerOverrides[],
  containers: readonly TaskContainerProperties[],
): ReadonlyMap<string | undefined, TaskContainerOverrides> {
  const unknown = overrides.find((one) => !containers.some(({ name }) => name === one.name))
  if (unknown !== undefined) refuse(`There is no container ${unknown.name} to override`)
  return new Map(overrides.map((one) => [one.name, one]))
}

/** Without what only a container among others has. */
function asAlone(container: TaskContainerProperties | TaskContainerDetails): ContainerProperties {
  const { name: _, essential: __, dependsOn: ___, ...alone } = container
  return alone
}
