import type { Json } from '#core/json.ts'
import type { EachSource, ForEach, Input, Output, OutputRef } from '#core/workflow/workflow.ts'

/** `'A.out'` or `'params.p'` as an input. */
export function from(text: string): Input {
  const { task, output } = parsed(text)
  return task === 'params'
    ? { kind: 'param', param: output, optional: false }
    : { kind: 'output', from: { task, output }, optional: false }
}

/** Lists of a `forEach` by key: an array, `'A.list'`, `'params.p'`, or `'each A.out'`. */
export function over(
  keys: Readonly<Record<string, readonly Json[] | string>>,
  options: { readonly zip?: boolean; readonly key?: string } = {},
): ForEach {
  return {
    keys: Object.entries(keys).map(([name, list]) => ({ name, source: sourceOf(list) })),
    zip: options.zip ?? false,
    ...(options.key === undefined ? {} : { keyPointer: options.key }),
  }
}

/** JSON outputs of these names. */
export function leaves(...names: readonly string[]): Readonly<Record<string, Output>> {
  return Object.fromEntries(names.map((name) => [name, { path: `${name}.json`, type: 'json', optional: false }]))
}

/** An array of so many numbers, from 0. */
export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}

function sourceOf(list: readonly Json[] | string): EachSource {
  if (typeof list !== 'string') return { kind: 'literal', items: list }
  if (list.startsWith('each ')) return { kind: 'each', from: parsed(list.slice(5)) }
  const reference = parsed(list)
  return reference.task === 'params' ? { kind: 'param', param: reference.output } : { kind: 'output', from: reference }
}

function parsed(text: string): OutputRef {
  const [task, output] = text.split('.')
  if (task === undefined || output === undefined) throw new Error(`not a reference: ${text}`)
  return { task, output }
}
