import { count } from '#cli/format/count.ts'
import { line, span, type Line, type Tone } from '#cli/terminal/line.ts'
import type { StackChange, StackDiff } from '#contract/deployer.ts'

const signs = {
  add: { sign: '+', tone: 'good' },
  update: { sign: '~', tone: 'busy' },
  replace: { sign: '!', tone: 'bad' },
  remove: { sign: '-', tone: 'bad' },
} as const satisfies Record<StackChange['kind'], { readonly sign: string; readonly tone: Tone }>

/** All changes, stack by stack; a stack that is new is told by how much is in it. */
export function diffLines(diffs: readonly StackDiff[]): readonly Line[] {
  return diffs.flatMap(({ stack, isNew, changes }): readonly Line[] => {
    const resources = changes.filter(({ type }) => type !== undefined).length
    if (changes.length === 0) return [line(`${stack}: nothing`, 'dim')]
    if (isNew) return [[span(stack, 'strong'), span(': new, '), span(count(resources, 'resource'))]]
    return [[span(stack, 'strong')], ...changes.map(changeLine)]
  })
}

function changeLine({ kind, id, type, properties }: StackChange): Line {
  const { sign, tone } = signs[kind]
  const replaced = kind === 'replace' ? ' is replaced' : ''
  return [
    span(`  ${sign} `, tone),
    span(type === undefined ? '' : `${type} `, 'dim'),
    span(`${id}${replaced}`),
    span(properties.length === 0 ? '' : `: ${properties.join(', ')}`, 'dim'),
  ]
}

/** How much changes, in one line; of what is no resource only where there is nothing else. */
export function diffSummary(diffs: readonly StackDiff[]): string {
  const changes = diffs.flatMap((diff) => diff.changes)
  if (changes.length === 0) return 'nothing changes'
  const resources = changes.filter(({ type }) => type !== undefined)
  if (resources.length === 0) return 'outputs change, and no resource'
  const words = { add: 'to make', update: 'to change', replace: 'to replace', remove: 'to remove' } as const
  return Object.entries(words)
    .map(([kind, what]) => [resources.filter((change) => change.kind === kind).length, what] as const)
    .filter(([number]) => number > 0)
    .map(([number, what]) => `${number} ${what}`)
    .join(', ')
}
