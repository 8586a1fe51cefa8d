import { describe, expect, it } from 'vitest'
import { ok } from '#core/result.ts'
import { failedRun, mendedRun } from '../fakes/documents.ts'
import { FakeControlPlane } from '../fakes/fake-control-plane.ts'
import { FakeHost } from '../fakes/fake-host.ts'
import { Script } from '../fakes/script.ts'

/** What a command prints of two runs: one that goes on after failures, and before it one that failed. */
async function told(words: string, prepare: (control: FakeControlPlane) => void = () => {}) {
  const host = new FakeHost()
  const control = new FakeControlPlane()
  host.control = ok(control)
  control.runDocuments = [mendedRun, { ...failedRun, id: 'run_00000000' }]
  prepare(control)
  expect(await host.run(words)).toBe(0)
  return { stdout: host.stdout.text, stderr: host.stderr.text }
}

describe('forkcast show', () => {
  it('tells what was done about a failure, how sure its cause is, and why', async () => {
    const { stdout } = await told('show latest fit')
    expect(stdout).toMatchInlineSnapshot(`
      "fit  ✓ committed
        attempt 1  ✗ failed: out-of-memory (likely)
          then         another try with more memory: out-of-memory with 512 MiB: again with 1024 MiB (doubling 1 of 3)
          clone 0  ✗ failed  on hot-cpu  out-of-memory, exit code 137
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
              ended by SIGKILL
        attempt 2  ✓ committed
          clone 0  ✓ won  on hot-cpu
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
      "
    `)
  })

  it('tells how several clones came to one result, and which variant each was', async () => {
    const { stdout } = await told('show latest vote')
    expect(stdout).toMatchInlineSnapshot(`
      "vote  ✓ committed
        attempt 1  ✓ committed
          decided      quorum: 2 of 3 are equal
          clone 0  forest  ✓ contributed  on hot-cpu
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
          clone 1  median  ✗ failed  on hot-cpu  user-error, exit code 2
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
              no
          clone 2  zscore  ✓ won  on hot-cpu
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
      "
    `)
  })

  it('tells what a person is waited for, and what to do', async () => {
    const { stdout, stderr } = await told('show latest pay')
    expect(stdout).toMatchInlineSnapshot(`
      "pay  ▶ running
        waiting for  a person: it may have done its work
        attempt 1  ✗ in-doubt: in-doubt (possible)
          then         waits for a person: it may have done its work
              nobody knows how far it got
          clone 0  ✗ fenced  on hot-cpu  host-lost
            reason       hot-cpu starts at once and has room
            times        waiting 0.0s, starting 0.1s, staging in 0.0s, running 1.0s, staging out 0.0s
            used         cpu 0.9s, peak 48 MiB (exact), in 2.0 KiB, out 100 B, $0.0001
              its lease ran out
      "
    `)
    expect(stderr).toMatchInlineSnapshot(`
      "pay may have done its work and is not to be run twice unasked; look at what it did, then
        → forkcast retry latest --force pay  runs it again
        → forkcast cancel latest  ends the run as it is
      "
    `)
  })

  it('marks in the table what was taken over, and what is in doubt', async () => {
    const { stdout, stderr } = await told('show')
    expect(stdout.split('\n\n')[1]).toMatchInlineSnapshot(`
      "TASK  STATE        ATTEMPT  CLONES  WON BY             PREDICTED  TOOK     COST  NOTE
      fit   ✓ committed        2       2  hot-cpu                       1.0s  $0.0002
      list  ✓ committed                                                                taken over from run_00000000
      pay   ▶ running          1       1                                      $0.0001  in doubt: waiting for a person
      vote  ✓ committed        1       3  zscore on hot-cpu             1.0s  $0.0003
      "
    `)
    expect(stderr).toContain('forkcast retry latest --force pay')
  })

  it('says how a failed run is tried again', async () => {
    const { stderr } = await told('show run_00000000')
    expect(stderr).toContain('forkcast retry run_00000000  a new run that takes over what succeeded\n')
  })
})

describe('forkcast events', () => {
  it('tells failures, remedies and decisions in words', async () => {
    const reason = 'out-of-memory with 512 MiB: again with 1024 MiB (doubling 1 of 3)'
    const script = new Script()
      .submitted()
      .reused(0.2, 'list', 'run_00000000')
      .ready(0.2, 'fit')
      .attempt(0.2, 'fit', 1, 2)
      .slot(0.2, 'fit/1/0', 'hot-cpu', 'active', 'forest')
      .slot(0.2, 'fit/1/1', 'cold-cpu', 'active', 'zscore')
      .starting(0.3, 'fit/1/0', 'hot-cpu')
      .running(0.3, 'fit/1/0')
      .starting(0.3, 'fit/1/1', 'cold-cpu')
      .running(0.3, 'fit/1/1')
      .slotFailed(1, 'fit/1/0', { cause: 'out-of-memory', confidence: 'likely', evidence: 'x\nended by SIGKILL' })
      .fenced(2, 'fit/1/1', { cause: 'host-lost', confidence: 'likely', evidence: 'its lease ran out' })
      .attemptFailed(2, 'fit', { cause: 'out-of-memory', confidence: 'likely' }, 'more-memory', reason)
      .attempt(2, 'fit', 2, 2)
      .slot(2, 'fit/2/0', 'hot-cpu')
      .slot(2, 'fit/2/1', 'cold-cpu')
      .starting(2, 'fit/2/0', 'hot-cpu')
      .starting(2, 'fit/2/1', 'cold-cpu')
      .running(2, 'fit/2/0')
      .running(2, 'fit/2/1')
      .slotFailed(3, 'fit/2/1', { cause: 'validator-rejected', evidence: 'sum is off' })
      .claimed(3, 'fit/2/0')
      .committed(3, 'fit', 'first: clone 0')
      .ready(3, 'pay')
      .attempt(3, 'pay', 1, 1)
      .inDoubt(4, 'pay', { cause: 'in-doubt', confidence: 'possible' }, 'in-doubt: it may have done its work')
      .stopping(5, 'pay failed')
    const { stdout } = await told('events', (control) => {
      control.eventDocuments = script.events
    })
    const words = stdout.split('\n').flatMap((line) => line.slice(26).match(/^(\S+ +\S+ {2,}\S.*)$/)?.[1] ?? [])
    expect(words.slice(2).join('\n')).toMatchInlineSnapshot(`
      "list              task.reused       taken over from run_00000000
      fit/1/0           slot.starting     starting on hot-cpu as forest
      fit/1/0           slot.leased       running on hot-cpu
      fit/1/1           slot.starting     starting on cold-cpu as zscore
      fit/1/1           slot.leased       running on cold-cpu
      fit/1/0           slot.failed       failed on hot-cpu: out-of-memory (likely): ended by SIGKILL
      fit/1/1           slot.fenced       fenced on cold-cpu: host-lost (likely): its lease ran out
      fit               attempt.failed    attempt 1 failed: out-of-memory (likely) with 512 MiB: again with 1024 MiB (doubling 1 of 3)
      fit               attempt.started   attempt 2
      fit/2/0           slot.starting     starting on hot-cpu
      fit/2/1           slot.starting     starting on cold-cpu
      fit/2/0           slot.leased       running on hot-cpu
      fit/2/1           slot.leased       running on cold-cpu
      fit/2/1           slot.failed       rejected on cold-cpu: validator-rejected: sum is off
      fit               task.committed    committed: first: clone 0
      pay               attempt.in-doubt  attempt 1 in doubt: in-doubt (possible): it may have done its work
      run               run.stopping      stopping: pay failed; only what is always to run still starts"
    `)
  })
})
