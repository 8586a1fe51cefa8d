import type { Output, Task } from '#core/workflow/workflow.ts'

/**
 * What others see of an output once it is committed: with `aggregate: all` the results of all clones together, which is
 * a list for JSON and a directory for everything else.
 */
export function committedType({ aggregate }: Pick<Task, 'aggregate'>, { type }: Pick<Output, 'type'>): Output['type'] {
  return aggregate.policy === 'all' && type !== 'json' ? 'directory' : type
}
