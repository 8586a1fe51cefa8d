import { type BatchClient, DescribeJobDefinitionsCommand, RegisterJobDefinitionCommand } from '@aws-sdk/client-batch'
import type { BatchContainer } from '#adapters/aws/batch-container.ts'
import { repeated } from '#adapters/aws/batch-retries.ts'
import { ecsProperties, isPrepared, requirements } from '#adapters/aws/ecs-properties.ts'
import { canonicalHash } from '#core/hash.ts'
import type { Platform } from '#core/pools/pool.ts'

/** What runs the hosts behind a queue: EC2 instances of the account, or Fargate. */
export type BatchPlatform = Exclude<Platform['kind'], 'machine'>

/** All that a job definition holds, since an override changes none of it. */
export interface BatchDefinition {
  readonly image: string
  readonly platform: BatchPlatform
  readonly container: BatchContainer
}

/**
 * Job definitions named by a hash of their content: one that is there already is taken. Two processes at once may register the same
 * one twice; its revisions are equal.
 */
export class BatchDefinitions {
  readonly #client: BatchClient
  readonly #known = new Map<string, Promise<void>>()

  constructor(client: BatchClient) {
    this.#client = client
  }

  /** The name of a definition that is registered and active. */
  async nameOf(definition: BatchDefinition): Promise<string> {
    const name = `forkcast-${canonicalHash(definition).slice(0, 32)}`
    const known = this.#known.get(name) ?? repeated(() => this.#ensure(name, definition))
    this.#known.set(name, known)
    try {
      await known
    } catch (error) {
      this.forget(name)
      throw error
    }
    return name
  }

  /** Looks anew for a definition when it is asked for next: it may have been deregistered. */
  forget(name: string): void {
    this.#known.delete(name)
  }

  /** Looked for before each try, so that a registration that was not answered is found. */
  async #ensure(jobDefinitionName: string, { image, platform, container }: BatchDefinition): Promise<void> {
    const found = await this.#client.send(new DescribeJobDefinitionsCommand({ jobDefinitionName, status: 'ACTIVE' }))
    if (found.jobDefinitions?.length) return
    await this.#client.send(
      new RegisterJobDefinitionCommand({
        jobDefinitionName,
        type: 'container',
        platformCapabilities: [platform],
        retryStrategy: { attempts: 1 },
        ...(isPrepared(container)
          ? { ecsProperties: ecsProperties(image, placeholder[platform], container) }
          : {
              containerProperties: { ...container, image, resourceRequirements: requirements(placeholder[platform]) },
            }),
      }),
    )
  }
}

/** A definition must have a size; each submission has its own. */
const placeholder = {
  EC2: { vcpus: 1, memoryMiB: 512, gpus: 0 },
  FARGATE: { vcpus: 0.5, memoryMiB: 1024, gpus: 0 },
} as const
