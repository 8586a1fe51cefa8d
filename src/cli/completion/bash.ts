import { runIds } from '#cli/completion/run-ids.ts'
import type { Kind, OptionWords, Words } from '#cli/completion/words.ts'

/** A completion for bash. */
export function bashCompletion({ options, verbs }: Words): string {
  const cases = verbs.flatMap(({ name, takes, options: own }) => [
    `    ${name})`,
    `      options='${flagsOf(own)}'`,
    ...takes.map((kind, index) => `      takes[${index + 1}]="${wordsFor(kind)}"`),
    '      ;;',
  ])
  const valued = verbs.flatMap((verb) => verb.options).filter(({ takes }) => takes !== null)
  const values = new Map(valued.map(({ flags, takes }) => [flags.join(' | '), takes as Kind]))
  return `# bash completion of forkcast
_forkcast() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} verb= options= index=0 at
  local -a takes=()
  COMPREPLY=()
  case $before in
${[...values].map(([flags, kind]) => `    ${flags}) _forkcast_reply "${wordsFor(kind)}"; return ;;`).join('\n')}
  esac
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${[...values.keys()].join(' | ')}) at=$((at + 1)) ;;
      -*) ;;
      *) if [[ -z $verb ]]; then verb=\${COMP_WORDS[at]}; else index=$((index + 1)); fi ;;
    esac
  done
  case $verb in
    '')
      options='${flagsOf(options)}'
      takes[0]='${verbs.map(({ name }) => name).join(' ')}'
      ;;
${cases.join('\n')}
  esac
  if [[ $word == -* ]]; then _forkcast_reply "$options"
  elif [[ -z $verb ]]; then _forkcast_reply "\${takes[0]}"
  else _forkcast_reply "\${takes[index + 1]}"
  fi
}
_forkcast_reply() {
  local words=$1
  case $words in
    @file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    @folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    @run) words="latest $(${runIds})" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _forkcast forkcast
`
}

function flagsOf(options: readonly OptionWords[]): string {
  return options.flatMap(({ flags }) => flags).join(' ')
}

function wordsFor(kind: Kind): string {
  if (typeof kind === 'object') return kind.choices.join(' ')
  return kind === 'text' ? '' : `@${kind}`
}
