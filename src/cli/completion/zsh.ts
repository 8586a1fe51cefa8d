import { runIds } from '#cli/completion/run-ids.ts'
import type { Kind, OptionWords, Words } from '#cli/completion/words.ts'

/** A completion for zsh. */
export function zshCompletion({ options, verbs }: Words): string {
  const cases = verbs.map(({ name, takes, options: own }) => {
    const words = [...own.flatMap(optionSpecs), ...takes.map((kind, index) => argumentSpec(kind, index))]
    return [
      `        ${name})`,
      `          _arguments -s \\`,
      words.map((word) => `            ${word}`).join(' \\\n'),
      '          ;;',
    ]
  })
  return `#compdef forkcast
# zsh completion of forkcast
_forkcast_runs() {
  local -a runs
  runs=(latest \${(f)"$(${runIds})"})
  compadd -V runs -a runs
}
_forkcast() {
  local curcontext="$curcontext" state line
  local -a verbs=(
${verbs.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C \\
${options
  .flatMap(optionSpecs)
  .map((spec) => `    ${spec} \\`)
  .join('\n')}
    '1: :->verb' \\
    '*:: :->rest'
  case $state in
    verb) _describe verb verbs ;;
    rest)
      case $words[1] in
${cases.flat().join('\n')}
      esac
      ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _forkcast "$@"; else compdef _forkcast forkcast; fi
`
}

function optionSpecs({ flags, description, takes }: OptionWords): readonly string[] {
  const text = `[${description.replace(/[[\]]/g, '\\$&')}]${takes === null ? '' : `: :${actionOf(takes)}`}`
  const together = flags.length > 1 ? `(${flags.join(' ')})` : ''
  return flags.map((flag) => quoted(`${together}${flag}${text}`))
}

function argumentSpec(kind: Kind, index: number): string {
  return quoted(`${index + 1}: :${actionOf(kind)}`)
}

function actionOf(kind: Kind): string {
  if (typeof kind === 'object') return `(${kind.choices.join(' ')})`
  return { run: '_forkcast_runs', file: '_files', folder: '_files -/', text: ' ' }[kind]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
