import type { Command } from 'commander'
import type { Shell } from '#cli/shell.ts'

/** Runs a verb's work with the shell that the command's global options ask for, and keeps its exit code. */
export type Start = (command: Command, work: (shell: Shell) => Promise<number>) => Promise<void>

/** Gives a verb of the program its description, arguments, options and work. */
export type AddVerb = (verb: Command, start: Start) => void

/** The examples at the end of a verb's help: a command, and what it is for. */
export function examples(...lines: readonly (readonly [command: string, purpose: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return `\nExamples:\n${lines.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`).join('\n')}`
}
