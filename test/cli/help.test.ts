import { describe, expect, it } from 'vitest'
import { verbList } from '#cli/verb-list.ts'
import { FakeHost } from './fakes/fake-host.ts'

const verbs = verbList.map(({ name }) => name)

async function helpOf(words: string): Promise<string> {
  const host = new FakeHost()
  expect(await host.run(words)).toBe(0)
  expect(host.stderr.text).toBe('')
  return host.stdout.text
}

describe('the help', () => {
  it('lists the verbs that are built, and what they are for', async () => {
    expect(await helpOf('--help')).toMatchInlineSnapshot(`
      "Usage: forkcast <verb> [options]

      Runs DAGs of tasks: predicts and plans each run, races clones of risky tasks, explains every
      placement.

      Options:
        --dir <folder>  folder of runs, logs and results (default: ".forkcast")
        --api <url>     a control plane elsewhere, as FORKCAST_API; its token is FORKCAST_TOKEN
        --no-color      no colour, as with NO_COLOR=1
        --no-input      never ask: a question would be an error that names the option to answer it with
        -V, --version   print the version
        -h, --help      print this help

      Verbs:
        init            write a first workflow
        validate        check a workflow file
        graph           the tasks and what they wait for
        plan            where tasks would run, for how long and how much
        run             run a workflow and follow it
        wait            follow a run to its end
        ls              list runs, newest first
        show            what ran where, and why
        logs            what tasks wrote
        events          all that happened in a run
        outputs         where the results are
        cost            where the money went
        cancel          end a run for good
        resume          go on with an interrupted run
        retry           run again what left no result
        pools           where clones may run
        deploy          make a control plane in an account of AWS
        diff            what deploying would change
        destroy         take a deployment away
        dev             serve the API of this machine
        limits          what a workflow may ask for
        doctor          can this machine, or an account, run workflows?
        completion      complete words in a shell
        version         which version this is
        help            print the help of a verb

      Examples:
        forkcast init               a first workflow in this folder
        forkcast run forkcast.yaml  run it
        forkcast show latest        what ran where, and why
      "
    `)
  })

  it('of a verb names its arguments, its options, those of the program, and examples', async () => {
    expect(await helpOf('run --help')).toMatchInlineSnapshot(`
      "Usage: forkcast run [options] <file>

      Runs a workflow on this machine and follows it to its end. On a terminal the tasks are a live tree,
      else each transition is a line on standard error. Ctrl-C drains and leaves the run resumable; twice
      stops now. With --api it runs on that control plane, and goes on there after Ctrl-C.

      Arguments:
        file                      workflow in YAML, JSON or TypeScript; - reads standard input

      Options:
        -p, --param <name=value>  a parameter; may be repeated
        --params-file <file>      parameters as a JSON object; - reads standard input
        --pools <file>            pools to use instead of the default ones
        --no-clones               one clone a task, whatever the workflow says
        --no-hedges               no standby clone is called up
        -d, --detach              print the id of the run and leave it to an engine in the background
        --drain <seconds>         what running clones get after Ctrl-C (default: 10)
        --json                    print the run document at the end; --json=stream prints each event as it
                                  happens
        -q, --quiet               no progress and no summary
        -h, --help                print this help

      Global Options:
        --dir <folder>            folder of runs, logs and results (default: ".forkcast")
        --api <url>               a control plane elsewhere, as FORKCAST_API; its token is FORKCAST_TOKEN
        --no-color                no colour, as with NO_COLOR=1
        --no-input                never ask: a question would be an error that names the option to answer
                                  it with
        -V, --version             print the version

      Examples:
        forkcast run forkcast.yaml                                     run and watch
        forkcast run forkcast.yaml -p window=24                        with a parameter
        forkcast run forkcast.yaml --no-clones --no-hedges             what would it take without racing?
        forkcast run forkcast.yaml --json | jq .makespanS              for scripts
        forkcast run forkcast.yaml --detach                            in the background; \`forkcast wait\` follows it
        forkcast run forkcast.yaml --api https://forkcast.example.org  elsewhere
      "
    `)
  })

  it.each(verbs)('of %s ends with an example of it', async (verb) => {
    expect(await helpOf(`${verb} --help`)).toMatch(new RegExp(`\\nExamples:\\n( .*\\n)*.*forkcast ${verb}`))
  })

  it('is the same after `help`', async () => {
    expect(await helpOf('help run')).toBe(await helpOf('run --help'))
  })

  it('of a verb that is not there is an error that names what is near', async () => {
    const host = new FakeHost()
    expect(await host.run('help rnu')).toBe(2)
    expect(host.stderr.text).toBe("✗ USAGE  unknown command 'rnu'\n  → did you mean run? see forkcast --help\n")
  })

  it('is on standard error, with exit code 2, where no verb is given', async () => {
    const host = new FakeHost()
    expect(await host.run('')).toBe(2)
    expect(host.stdout.text).toBe('')
    expect(host.stderr.text).toBe(await helpOf('--help'))
  })
})

describe('--version', () => {
  it('prints the version alone', async () => {
    expect(await helpOf('--version')).toBe('0.1.0\n')
  })
})
