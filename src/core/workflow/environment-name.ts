/** What a variable of a task's environment carries. */
export type VariableKind = 'input' | 'output' | 'param' | 'each'

/** The environment variable of an input, output, parameter or item: capitals, `-` as `_`: `INPUT_RULES`. */
export function environmentName(kind: VariableKind, name: string): string {
  return `${kind.toUpperCase()}_${name.toUpperCase().replaceAll('-', '_')}`
}

/** Whether a variable is kept for what every task is told about itself, as `FORKCAST_RUN_ID`. */
export function isReservedVariable(variable: string): boolean {
  return variable.startsWith('FORKCAST_')
}
