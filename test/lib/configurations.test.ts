import { describe, expect, it } from 'vitest'
import type { TemplateResource } from '#contract/idle-prices.ts'
import { configurations } from './configurations.ts'
import { resourcesOf, templatesOf, type TestChoices } from './synthesised.ts'

/** Resources of a deployment: of each its type and all that it is told, by stack and id. */
function deployed(choices: TestChoices): ReadonlyMap<string, TemplateResource> {
  const { data, pools, controlPlane, observability } = templatesOf(choices)
  const stacks = Object.entries({ data, pools, controlPlane, observability })
  return new Map(
    stacks.flatMap(([stack, template]) =>
      template === undefined
        ? []
        : Object.entries(resourcesOf(template)).map(([id, resource]) => [`${stack}/${stable(id)}`, resource] as const),
    ),
  )
}

/** An id without the hash of what is deployed. */
function stable(id: string): string {
  return id.replace(/(Deployment)[0-9A-F]{8}[0-9a-f]{32}$/, '$1')
}

/** How often there is each type, a line a stack and type. */
function counted(resources: ReadonlyMap<string, TemplateResource>): string {
  const counts = new Map<string, number>()
  for (const [id, { Type }] of resources) {
    const key = `${id.split('/')[0]}  ${Type}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .map(([key, count]) => `${key} ${count}`)
    .toSorted()
    .join('\n')
}

/** What differs between two deployments, a line each resource: `+` it is new, `-` it is gone, `~` with the properties that differ. */
function differences(from: ReadonlyMap<string, TemplateResource>, to: ReadonlyMap<string, TemplateResource>): string {
  const ids = [...new Set([...from.keys(), ...to.keys()])].toSorted()
  const lines = ids.flatMap((id) => {
    const before = from.get(id)
    const after = to.get(id)
    if (before === undefined) return [`+ ${id}  ${after?.Type}`]
    if (after === undefined) return [`- ${id}  ${before.Type}`]
    const changed = changedPaths(before.Properties, after.Properties)
    return changed.length === 0 ? [] : [`~ ${id}  ${changed.join(' ')}`]
  })
  return lines.join('\n')
}

/** Properties that differ, two levels deep. */
function changedPaths(before: unknown, after: unknown, depth = 2): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (depth === 0 || !isRecord(before) || !isRecord(after)) return ['']
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .toSorted()
    .flatMap((key) =>
      changedPaths(before[key], after[key], depth - 1).map((rest) => (rest === '' ? key : `${key}.${rest}`)),
    )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const usual = deployed(configurations.default)
const { default: _, ...others } = configurations

describe('what is deployed', () => {
  it('by default', () => {
    expect(counted(usual)).toMatchSnapshot()
  })

  it('does not depend on when it is synthesised', () => {
    expect(differences(usual, deployed(configurations.default))).toBe('')
  })

  it.each(Object.entries(others))('otherwise with %s', (_name, choices) => {
    expect(differences(usual, deployed(choices))).toMatchSnapshot()
  })
})
