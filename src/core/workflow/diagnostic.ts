import { LIMITS, grouped } from '#core/workflow/limits.ts'

/** What can be wrong with a workflow, one sentence each. Codes are a contract, messages are free to change. */
export const DIAGNOSTIC_CODES = {
  'WF-READ': 'The file could not be read.',
  'WF-ENCODING': 'The file is not UTF-8 text.',
  'WF-FORMAT': 'The file is in no format that is read here.',
  'WF-MODULE': 'The module could not be loaded, or exports no workflow.',
  'WF-SYNTAX': 'The text is not well-formed JSON or YAML.',
  'WF-YAML-FEATURE': 'The text uses a part of YAML that has no counterpart in JSON.',
  'WF-LIMIT': 'A limit is passed.',
  'WF-DUPLICATE-KEY': 'A key is given twice in one object.',
  'WF-FORBIDDEN-KEY': 'A key could change the prototype of an object.',
  'WF-NUMBER': 'A number has no exact counterpart in JSON.',
  'WF-TEXT': 'A text holds a NUL or half of a character.',
  'WF-UNKNOWN-KEY': 'A key has no meaning where it stands.',
  'WF-MISSING-KEY': 'A key that must be there is not.',
  'WF-VALUE': 'A value is not one of those that its key takes.',
  'WF-UNSUPPORTED': 'A field is part of the format but is not run by this version.',
  'WF-NAME': 'A name is not made of the letters that names are made of.',
  'WF-NAME-CLASH': 'Two names differ in upper and lower case only.',
  'WF-ENV-CLASH': 'Two things would become the same environment variable.',
  'WF-PATH': 'A path leaves its folder, or is not portable.',
  'WF-PATH-CLASH': 'Two outputs of a task share a path.',
  'WF-CONFLICT': 'Two fields contradict each other.',
  'WF-UNKNOWN-TASK': 'A reference names a task that does not exist.',
  'WF-UNKNOWN-OUTPUT': 'A reference names an output that its task does not have.',
  'WF-UNKNOWN-PARAM': 'A reference names a parameter that is not declared.',
  'WF-EACH': 'An element-wise reference is to a task without instances.',
  'WF-FOR-EACH': 'A task is repeated over something that is no list.',
  'WF-CONDITION': 'A condition compares something that is no single JSON value.',
  'WF-SECRET': 'A secret is written down, or where it comes from is not understood.',
  'WF-CYCLE': 'Tasks wait for each other in a circle.',
  'WF-FILE': 'A file or folder that the workflow names is missing, outside its folder, or of the wrong kind.',
  'WF-PARAM': 'A parameter that was given is unknown, missing, or of the wrong type.',
  'WF-MORE': 'More errors were found than are listed.',
} as const satisfies Record<string, string>

/** The code of a {@link Diagnostic}. */
export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

/** A place in a text: line and column count from 1, columns and length in UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly length: number
}

/** A second place that helps to understand a {@link Diagnostic}. */
export interface Related {
  readonly message: string
  /** JSON pointer into the workflow. */
  readonly path: string
  readonly position?: Position
}

/** One thing that is wrong with a workflow, where it is, and what to do about it. */
export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly message: string
  /** JSON pointer into the workflow; empty for the whole. */
  readonly path: string
  readonly position?: Position
  readonly fix: string
  readonly related?: readonly Related[]
}

/** Sorted by place, those without one first; beyond the limit only their number is kept. O(n log n). */
export function arrangeDiagnostics(found: readonly Diagnostic[], omitted = 0): readonly Diagnostic[] {
  const sorted = found.toSorted(byPlace)
  const limit = LIMITS.diagnostics.value
  const rest = omitted + Math.max(0, sorted.length - limit)
  if (rest === 0) return sorted
  return [
    ...sorted.slice(0, limit),
    {
      code: 'WF-MORE',
      message: `and ${grouped(rest)} more`,
      path: '',
      fix: 'correct the errors above and check again',
    },
  ]
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const first = a.position
  const second = b.position
  if (first === undefined || second === undefined) {
    return Number(first !== undefined) - Number(second !== undefined)
  }
  return first.line - second.line || first.column - second.column
}
