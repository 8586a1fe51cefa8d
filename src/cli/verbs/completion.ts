import { Argument, type Command } from 'commander'
import { bashCompletion } from '#cli/completion/bash.ts'
import { fishCompletion } from '#cli/completion/fish.ts'
import { wordsOf } from '#cli/completion/words.ts'
import { zshCompletion } from '#cli/completion/zsh.ts'
import { exitCodes } from '#cli/exit-code.ts'
import { examples, type AddVerb } from '#cli/verb.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const
type ShellName = keyof typeof shells

/** `completion SHELL`: a script by which a shell completes verbs, options, files and run ids. */
export const addCompletion: AddVerb = (verb, start) => {
  verb
    .description('Prints a script by which a shell completes verbs, options, files and ids of runs.')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      examples(
        ['echo \'eval "$(forkcast completion bash)"\' >> ~/.bashrc', 'bash, from the next shell on'],
        ['echo \'eval "$(forkcast completion zsh)"\' >> ~/.zshrc', 'zsh, below its `compinit`'],
        ['forkcast completion fish > ~/.config/fish/completions/forkcast.fish', 'fish'],
      ),
    )
    .action((shell: ShellName, _: object, command: Command) =>
      start(command, async (out) => {
        await out.data(shells[shell](wordsOf(command.parent ?? command)))
        return exitCodes.ok
      }),
    )
}
