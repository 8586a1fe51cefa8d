import { describe, expect, it } from 'vitest'
import { ended, outputOf, submitted, taskOf } from './deployed.ts'

const small = { memory: '128MiB' }
const text = { out: { path: 'out.txt', type: 'text' } }
const json = { out: { path: 'out.json' } }

describe.concurrent('a task in an account', () => {
  it('that is late is hedged: the standby clone is called up by its timer, and wins', async () => {
    const run = 'if [ "$FORKCAST_CLONE" = 0 ]; then exec sleep 300; fi; echo hedged > "$OUTPUT_OUT"'
    const id = await submitted({
      name: 'hedged',
      tasks: { late: { run, hedge: { after: '1s' }, resources: small, outputs: text } },
    })
    const seen = await ended(id)
    const slots = taskOf(seen, 'late').attempts[0]?.slots ?? []
    expect(slots).toMatchObject([
      { kind: 'active', state: 'lost' },
      { kind: 'standby', state: 'won', why: expect.stringContaining('') },
    ])
    expect(slots[1]?.why).not.toBe('')
    expect(seen.state).toBe('succeeded')
  })

  it('whose clones disagree has no quorum, and says so', async () => {
    const id = await submitted({
      name: 'quorum',
      tasks: {
        count: {
          run: 'echo "$FORKCAST_CLONE" > "$OUTPUT_OUT"',
          clones: 3,
          aggregate: { policy: 'quorum', of: 2 },
          resources: small,
          outputs: text,
        },
      },
    })
    const seen = await ended(id)
    expect(seen.state).toBe('failed')
    expect(taskOf(seen, 'count').attempts).toMatchObject([{ state: 'failed', cause: 'no-quorum' }])
  })

  it('with variants is won by the one that is done first', async () => {
    const id = await submitted({
      name: 'variants',
      tasks: {
        solve: {
          run: 'sleep "$WAIT_S"; echo "$FORKCAST_VARIANT" > "$OUTPUT_OUT"',
          variants: { exact: { env: { WAIT_S: '300' } }, quick: { env: { WAIT_S: '0' } } },
          resources: small,
          outputs: text,
        },
      },
      outputs: { by: { from: 'solve.out' } },
    })
    expect(taskOf(await ended(id), 'solve').attempts[0]?.slots).toMatchObject([
      { variant: 'exact', state: 'lost' },
      { variant: 'quick', state: 'won' },
    ])
    expect(await outputOf(id, 'by')).toBe('quick\n')
  })

  //  list ─▶ square[0] … square[3] ─▶ sum ─▶ large   (when sum > 100)
  //                                     └──▶ small   (when sum ≤ 100)
  it('is repeated for what another one leaves, and is skipped where its condition does not hold', async () => {
    const total = { output: 'sum.out', at: '/total' }
    const id = await submitted({
      name: 'squares',
      tasks: {
        list: { run: 'echo "[1, 2, 3, 4]" > "$OUTPUT_OUT"', resources: small, outputs: json },
        square: {
          forEach: { n: { from: 'list.out' } },
          run: 'echo $((EACH_N * EACH_N)) > "$OUTPUT_OUT"',
          resources: small,
          outputs: json,
        },
        sum: {
          run: 'total=0; for f in "$INPUT_SQUARES"/*-out.json; do total=$((total + $(cat "$f"))); done; echo "{\\"total\\": $total}" > "$OUTPUT_OUT"',
          inputs: { squares: { from: 'square.out' } },
          resources: small,
          outputs: json,
        },
        large: { when: { ...total, gt: 100 }, run: 'true', resources: small },
        little: { when: { ...total, le: 100 }, run: 'true', resources: small },
      },
      outputs: { sum: { from: 'sum.out' } },
    })
    const seen = await ended(id)
    expect(seen.state).toBe('succeeded')
    expect(JSON.parse(await outputOf(id, 'sum'))).toStrictEqual({ total: 30 })
    expect([taskOf(seen, 'large').state, taskOf(seen, 'little').state]).toStrictEqual(['skipped', 'committed'])
  })

  it('that fails tells its cause, what showed it, and what was done about it', async () => {
    const id = await submitted({
      name: 'failing',
      tasks: {
        load: { run: 'echo "no such column: price" >&2; exit 3', retry: { limit: 1, backoff: '1s' }, resources: small },
        after: { needs: ['load'], run: 'true', resources: small },
      },
    })
    const seen = await ended(id)
    expect(seen.state).toBe('failed')
    const failure = { state: 'failed', cause: 'user-error', evidence: expect.stringContaining('no such column: price') }
    expect(taskOf(seen, 'load').attempts).toMatchObject([
      { ...failure, remedy: 'again', slots: [{ exitCode: 3 }] },
      { ...failure, remedy: 'give-up' },
    ])
    expect(taskOf(seen, 'after').state).toBe('skipped')
  })
})
