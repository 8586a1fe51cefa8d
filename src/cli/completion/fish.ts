import { runIds } from '#cli/completion/run-ids.ts'
import type { Kind, OptionWords, Words } from '#cli/completion/words.ts'

/** A completion for fish. */
export function fishCompletion({ options, verbs }: Words): string {
  const global = new Set(options.map(({ flags }) => flags.join()))
  const lines = [
    '# fish completion of forkcast',
    'complete -c forkcast -f',
    ...options.map((option) => optionLine(option)),
    ...verbs.flatMap(({ name, summary, options: own, takes }) => {
      const called = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`
      return [
        `complete -c forkcast -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
        ...own.filter(({ flags }) => !global.has(flags.join())).map((option) => optionLine(option, called)),
        // fish does not count arguments: what any of them may be is offered for all.
        ...takes
          .map(candidates)
          .filter((words) => words !== '')
          .map((words) => `complete -c forkcast ${called} ${words}`),
      ]
    }),
  ]
  return `${lines.join('\n')}\n`
}

function optionLine({ flags, description, takes }: OptionWords, called?: string): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = takes === null ? [] : ['-r', candidates(takes)]
  const condition = called === undefined ? [] : [called]
  return ['complete -c forkcast', ...condition, ...names, ...value, `-d ${quoted(description)}`]
    .filter((part) => part !== '')
    .join(' ')
}

function candidates(kind: Kind): string {
  if (typeof kind === 'object') return `-a ${quoted(kind.choices.join(' '))}`
  return {
    run: `-a ${quoted(`latest (${runIds})`)}`,
    file: '-F',
    folder: `-a ${quoted('(__fish_complete_directories)')}`,
    text: '',
  }[kind]
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
