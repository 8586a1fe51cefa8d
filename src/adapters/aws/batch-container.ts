import type { ContainerProperties } from '@aws-sdk/client-batch'
import type { InitContainer } from '#contract/agent-container.ts'

/** What all containers of a pool have in common: roles, the command that starts the agent, mounts, what comes before them. */
export type BatchContainer = Omit<ContainerProperties, 'image' | 'resourceRequirements'> & {
  readonly init?: InitContainer
}
