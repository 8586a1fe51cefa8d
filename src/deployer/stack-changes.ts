import type { Toolkit } from '@aws-cdk/toolkit-lib'
import type { StackChange } from '#contract/deployer.ts'

type TemplateDiff = Awaited<ReturnType<Toolkit['diff']>>[string]
type ResourceDifference = ReturnType<TemplateDiff['resources']['get']>

/** What differs between a template and what stands, resources first. */
export function stackChanges(diff: TemplateDiff): readonly StackChange[] {
  const resources: StackChange[] = []
  diff.resources.forEachDifference((id, change) => resources.push(resourceChange(id, change)))
  const others: StackChange[] = []
  for (const kind of ['parameters', 'conditions', 'mappings', 'outputs'] as const) {
    diff[kind].forEachDifference((name, { isAddition, isRemoval }) => {
      others.push({ kind: isAddition ? 'add' : isRemoval ? 'remove' : 'update', id: `${kind} ${name}`, properties: [] })
    })
  }
  return [...resources, ...others]
}

function resourceChange(id: string, change: ResourceDifference): StackChange {
  const type = change.newResourceType ?? change.oldResourceType ?? ''
  return {
    kind: kindOf(change),
    id,
    type,
    properties: change.isUpdate ? Object.keys(change.propertyUpdates) : [],
  }
}

function kindOf({ isAddition, isRemoval, changeImpact }: ResourceDifference): StackChange['kind'] {
  if (isAddition) return 'add'
  if (isRemoval) return 'remove'
  return /REPLACE/.test(changeImpact) ? 'replace' : 'update'
}
