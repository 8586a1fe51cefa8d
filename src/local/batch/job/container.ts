import type { ContainerDetail, ContainerOverrides, ContainerProperties, KeyValuePair } from '@aws-sdk/client-batch'

/**
 * The container of a job: its definition with what the submission overrides. Legacy `vcpus` and `memory` of a submission
 * do not override what the definition says in `resourceRequirements`.
 */
export function containerOf(
  properties: ContainerProperties,
  overrides: ContainerOverrides,
  parameters: Readonly<Record<string, string>>,
): ContainerDetail {
  const { command = [], environment = [], resourceRequirements = [], ...rest } = properties
  const types = new Set(overrides.resourceRequirements?.map(({ type }) => type))
  return {
    volumes: [],
    mountPoints: [],
    ulimits: [],
    networkInterfaces: [],
    secrets: [],
    ...rest,
    ...sizeOf(properties, overrides, types),
    command: (overrides.command ?? command).map((word) => substituted(word, parameters)),
    environment: merged(environment, overrides.environment ?? []),
    resourceRequirements: [
      ...resourceRequirements.filter(({ type }) => !types.has(type)),
      ...(overrides.resourceRequirements ?? []),
    ],
  }
}

/** Members that `resourceRequirements` have replaced, and that are taken all the same. */
interface LegacySize {
  readonly vcpus?: number | undefined
  readonly memory?: number | undefined
}

function sizeOf(defined: LegacySize, override: LegacySize, required: ReadonlySet<string | undefined>): LegacySize {
  return {
    vcpus: defined.vcpus === undefined || required.has('VCPU') ? undefined : (override.vcpus ?? defined.vcpus),
    memory: defined.memory === undefined || required.has('MEMORY') ? undefined : (override.memory ?? defined.memory),
  }
}

/** A word that is `Ref::name` as a whole stands for that parameter; one that nobody gave stays as it is. */
function substituted(word: string, parameters: Readonly<Record<string, string>>): string {
  return word.startsWith('Ref::') ? (parameters[word.slice('Ref::'.length)] ?? word) : word
}

function merged(defined: readonly KeyValuePair[], override: readonly KeyValuePair[]): KeyValuePair[] {
  const names = new Set(override.map(({ name }) => name))
  return [...defined.filter(({ name }) => !names.has(name)), ...override]
}
