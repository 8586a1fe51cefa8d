import type { Argument, Command, Option } from 'commander'

/** What a word of the command line may be. */
export type Kind = 'run' | 'file' | 'folder' | 'text' | { readonly choices: readonly string[] }

export interface OptionWords {
  /** Such as `-p` and `--param`. */
  readonly flags: readonly string[]
  readonly description: string
  /** What comes after it; `null`: nothing. */
  readonly takes: Kind | null
}

export interface VerbWords {
  readonly name: string
  readonly summary: string
  /** Its own, then those of the program. */
  readonly options: readonly OptionWords[]
  readonly takes: readonly Kind[]
}

/** All that may be typed after the name of the program. */
export interface Words {
  readonly options: readonly OptionWords[]
  readonly verbs: readonly VerbWords[]
}

/** The words of a program whose verbs are loaded; hidden ones are left out. */
export function wordsOf(program: Command): Words {
  // Commander lists hidden commands as all others; its help does not.
  const shown = program.createHelp().visibleCommands(program)
  return {
    options: optionsOf(program),
    verbs: shown.map((verb) => ({
      name: verb.name(),
      summary: verb.summary(),
      options: withoutRepeats([...optionsOf(verb), ...optionsOf(program)]),
      takes: verb.registeredArguments.map((argument) => kindOfArgument(argument, shown)),
    })),
  }
}

function withoutRepeats(options: readonly OptionWords[]): readonly OptionWords[] {
  return [...new Map(options.toReversed().map((option) => [option.flags.join(), option])).values()].toReversed()
}

function optionsOf(command: Command): readonly OptionWords[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag != null),
      description: option.description,
      takes: kindOfOption(option),
    }))
}

function kindOfOption({ flags, argChoices }: Option): Kind | null {
  if (argChoices !== undefined) return { choices: argChoices }
  const [, value] = /<(.*)>/.exec(flags) ?? []
  return value === undefined ? null : value === 'file' || value === 'folder' ? value : 'text'
}

function kindOfArgument(argument: Argument, verbs: readonly Command[]): Kind {
  if (argument.argChoices !== undefined) return { choices: argument.argChoices }
  switch (argument.name()) {
    case 'run':
      return 'run'
    case 'dir':
      return 'folder'
    case 'verb':
      return { choices: verbs.map((verb) => verb.name()) }
    case 'task':
      return 'text'
    default:
      return 'file'
  }
}
