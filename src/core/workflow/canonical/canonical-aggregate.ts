import type { CheckedTask } from '#core/workflow/schema.ts'
import type { Aggregate } from '#core/workflow/workflow.ts'

/** How several results become one; the first counts when nothing is said. */
export function canonicalAggregate(given: CheckedTask['aggregate']): Aggregate {
  if (given === undefined) return FIRST
  if (typeof given === 'string') return { policy: given }
  const min = 'min' in given && given.min !== undefined ? { min: given.min } : {}
  switch (given.policy) {
    case 'first':
    case 'all':
      return { policy: given.policy }
    case 'quorum':
      return { of: given.of, policy: 'quorum' }
    case 'mean':
    case 'median':
      return { ...min, policy: given.policy }
    case 'best':
      return { goal: given.goal, ...min, output: given.output, policy: 'best' }
  }
}

/** Whether a policy needs the result of every clone, so that another clone would make nothing faster. */
export function waitsForAll({ policy }: Aggregate): boolean {
  return policy !== 'first' && policy !== 'quorum'
}

const FIRST: Aggregate = { policy: 'first' }
