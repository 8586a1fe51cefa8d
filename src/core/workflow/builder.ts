import type { Json } from '#core/json.ts'
import type { TaskInput, WorkflowInput } from '#core/workflow/schema.ts'

/** A workflow as TypeScript writes it: the shape of the file, nothing of it changed later. */
export type WorkflowDefinition = ReadonlyDeep<WorkflowInput>

/**
 * A workflow written in TypeScript, with completion, and with the ids of tasks, outputs and parameters checked by the
 * compiler. Returns what it is given; everything else is checked when it is loaded, as for a file.
 *
 * @example
 * export default workflow({
 *   apiVersion: 'forkcast/v1',
 *   name: 'count',
 *   tasks: {
 *     list: { run: 'ls > "$OUTPUT_NAMES"', outputs: { names: { path: 'names.txt' } } },
 *     count: { run: 'wc -l "$INPUT_NAMES"', inputs: { names: { from: 'list.names' } } },
 *   },
 * })
 */
export function workflow<const Definition extends WorkflowDefinition>(
  definition: Definition & Checked<Definition>,
): Definition {
  return definition
}

/** What the compiler checks beyond the shape: references lead somewhere, and no key is unknown. */
type Checked<Definition extends WorkflowDefinition> = Known<Definition, WorkflowInput> & {
  readonly tasks: {
    readonly [Id in keyof Definition['tasks']]: Known<Definition['tasks'][Id], TaskInput> & {
      readonly needs?: readonly TaskIds<Definition>[]
      readonly inputs?: References<Definition['tasks'][Id], 'inputs', Definition>
      readonly forEach?: References<Definition['tasks'][Id], 'forEach', Definition>
      readonly when?: Definition['tasks'][Id] extends { readonly when: infer Given }
        ? ConditionOn<Given, Definition>
        : unknown
    }
  }
  readonly outputs?: { readonly [name: string]: { readonly from: OutputIds<Definition> } }
}

/** The `from` and `each` of the members of a task's map. */
type References<Task, Map extends string, Definition extends WorkflowDefinition> = Task extends {
  readonly [Key in Map]: infer Members
}
  ? {
      readonly [Name in keyof Members]: Members[Name] extends { readonly from: string }
        ? { readonly from: OutputIds<Definition> | ParamIds<Definition> }
        : Members[Name] extends { readonly each: string }
          ? { readonly each: OutputIds<Definition> }
          : unknown
    }
  : unknown

/** The operands of a condition, at every depth. */
type ConditionOn<Given, Definition extends WorkflowDefinition> = {
  readonly [Key in keyof Given]: Key extends 'output'
    ? OutputIds<Definition>
    : Key extends 'param'
      ? ParamNames<Definition>
      : Key extends 'all' | 'any'
        ? { readonly [Index in keyof Given[Key]]: ConditionOn<Given[Key][Index], Definition> }
        : Key extends 'not'
          ? ConditionOn<Given[Key], Definition>
          : unknown
}

/** Keys that the shape does not have may not have a value, but for those that start with `x-`. */
type Known<Given, Shape> = {
  readonly [Key in keyof Given]: Key extends keyof Shape | `x-${string}` ? unknown : never
}

type TaskIds<Definition extends WorkflowDefinition> = keyof Definition['tasks'] & string

type ParamIds<Definition extends WorkflowDefinition> = `params.${ParamNames<Definition>}`

type ParamNames<Definition extends WorkflowDefinition> = Definition extends { readonly params: infer Params }
  ? keyof Params & string
  : never

type OutputIds<Definition extends WorkflowDefinition> = {
  readonly [Id in TaskIds<Definition>]: Definition['tasks'][Id] extends { readonly outputs: infer Outputs }
    ? `${Id}.${keyof Outputs & string}`
    : never
}[TaskIds<Definition>]

/** Stops at values that may be any JSON, which has no depth to go into. */
type ReadonlyDeep<Value> = [Json] extends [Value]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]: ReadonlyDeep<Value[Key]> }
    : Value
