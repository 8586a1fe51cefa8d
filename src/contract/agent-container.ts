import { containerEnvironment, containerPaths } from '#contract/container-environment.ts'

/** A container that ends before that of the clone starts: it brings the runtime to a task that has no host of its own. */
export interface InitContainer {
  readonly image: string
  readonly command: readonly string[]
}

/** What a container of any image is started with, so that the agent is its first program: part of a pool's `container`. */
export interface AgentContainer {
  /**
   * In the place of an image's own. An `ENTRYPOINT` can't be replaced on AWS Batch: it has to run what it is given, as most do.
   */
  readonly command: readonly string[]
  readonly environment: readonly { readonly name: string; readonly value: string }[]
  readonly volumes: readonly { readonly name: string; readonly host?: { readonly sourcePath: string } }[]
  readonly mountPoints: readonly {
    readonly sourceVolume: string
    readonly containerPath: string
    readonly readOnly: boolean
  }[]
  readonly linuxParameters: { readonly initProcessEnabled: true }
  /** On Fargate. No member of a container of AWS Batch: what registers definitions makes a second container of it. */
  readonly init?: InitContainer
}

const { runtime, cache } = containerPaths
const volumes = { runtime: 'forkcast-runtime', cache: 'forkcast-cache' } as const

/** Started by its own loader, with its own libraries: nothing of the image is used. */
const command = [
  `${runtime}/ld.so`,
  '--library-path',
  `${runtime}/lib`,
  `${runtime}/node`,
  `${runtime}/start.mjs`,
] as const

/**
 * What an image may have set for its own programs and would change the agent's Node, or keep it from starting. Its command does not
 * see them either: a task that needs one names it in its `env`.
 */
const emptied = ['NODE_OPTIONS', 'LD_PRELOAD'].map((name) => ({ name, value: '' }))

/** On hosts of EC2 that have the runtime and a cache: see `lib/host`. `isSpot`: they are asked for the notice that they are given. */
export function agentContainerOnEc2({ isSpot }: { readonly isSpot: boolean }): AgentContainer {
  return {
    command,
    environment: [...emptied, ...(isSpot ? [{ name: containerEnvironment.spotHost, value: 'true' }] : [])],
    volumes: [
      { name: volumes.runtime, host: { sourcePath: runtime } },
      { name: volumes.cache, host: { sourcePath: cache } },
    ],
    mountPoints: [
      { sourceVolume: volumes.runtime, containerPath: runtime, readOnly: true },
      { sourceVolume: volumes.cache, containerPath: cache, readOnly: false },
    ],
    // As first process another program takes in what commands leave, which Node can't; the agent hears of TERM through it.
    linuxParameters: { initProcessEnabled: true },
  }
}

/** On Fargate, where a container before it brings the runtime into a volume of the task. */
export function agentContainerOnFargate(init: InitContainer): AgentContainer {
  return {
    command,
    environment: emptied,
    volumes: [{ name: volumes.runtime }],
    mountPoints: [{ sourceVolume: volumes.runtime, containerPath: runtime, readOnly: true }],
    linuxParameters: { initProcessEnabled: true },
    init,
  }
}
