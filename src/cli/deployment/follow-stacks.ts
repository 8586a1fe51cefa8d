import { duration } from '#cli/format/duration.ts'
import type { Signal } from '#cli/host.ts'
import type { Shell } from '#cli/shell.ts'
import { line, span, type Line, type Tone } from '#cli/terminal/line.ts'
import { LiveRegion } from '#cli/terminal/live-region.ts'
import type { Symbols } from '#cli/terminal/symbols.ts'
import type { StackProgress, TellProgress } from '#contract/deployer.ts'
import { unreachable } from '#core/unreachable.ts'

const frameMs = 200

interface Followed extends StackProgress {
  readonly sinceMs: number
  readonly untilMs?: number
}

/** How work on stacks ended: by itself, or since a signal came; CloudFormation goes on then. */
export type StacksEnd<T> =
  | { readonly kind: 'ended'; readonly value: T }
  | { readonly kind: 'signal'; readonly signal: Signal; readonly standing: readonly StackProgress[] }

/** Shows stacks while `work` is done: a line each, redrawn in place on a terminal, else a line when one begins and ends. */
export async function followStacks<T>(shell: Shell, work: (tell: TellProgress) => Promise<T>): Promise<StacksEnd<T>> {
  const { host, err } = shell
  const stacks = new Map<string, Followed>()
  const region = err.live ? new LiveRegion(host.stderr, err) : undefined
  const draw = () => region?.draw([...stacks.values()].map((stack) => stackLine(stack, host.now(), err.symbols)))
  const tell: TellProgress = (progress) => {
    const before = stacks.get(progress.stack)
    const nowMs = host.now()
    const isOver = progress.state !== 'at-work'
    const next = { ...before, ...progress, sinceMs: before?.sinceMs ?? nowMs, ...(isOver && { untilMs: nowMs }) }
    stacks.set(progress.stack, next)
    const isNews = before?.state !== progress.state
    if (region === undefined && isNews) shell.notes([stackLine(next, nowMs, err.symbols)])
  }
  const stop = host.every(frameMs, draw)
  let off = (): void => undefined
  const signalled = new Promise<Signal>((resolve) => {
    off = host.onSignal(resolve)
  })
  try {
    return await Promise.race([
      work(tell).then((value) => ({ kind: 'ended', value }) as const),
      signalled.then((signal) => ({ kind: 'signal', signal, standing: [...stacks.values()] }) as const),
    ])
  } finally {
    off()
    stop()
    draw()
    region?.end()
  }
}

function stackLine(
  { stack, state, done, of, said, sinceMs, untilMs }: Followed,
  nowMs: number,
  symbols: Symbols,
): Line {
  const { sign, tone, words } = looks(state, symbols)
  const total = of === undefined || of === 0 ? '' : ` of ${of}`
  const atWork = state === 'at-work' && done !== undefined ? [`${done}${total}`, said ?? ''] : []
  const parts = [words, ...atWork, duration(((untilMs ?? nowMs) - sinceMs) / 1000)]
  const dim = parts.filter((part) => part !== '').join('  ')
  return [span(`${sign} `, tone), span(stack), span(`  ${dim}`, 'dim')]
}

function looks(
  state: StackProgress['state'],
  symbols: Symbols,
): { readonly sign: string; readonly tone: Tone; readonly words: string } {
  switch (state) {
    case 'at-work':
      return { sign: symbols.busy, tone: 'busy', words: '' }
    case 'done':
      return { sign: symbols.good, tone: 'good', words: 'done' }
    case 'unchanged':
      return { sign: symbols.good, tone: 'good', words: 'as it was' }
    case 'failed':
      return { sign: symbols.bad, tone: 'bad', words: 'failed' }
    default:
      return unreachable(state)
  }
}

/** What is said of stacks when nobody follows them any more. */
export function leftToItself(standing: readonly StackProgress[]): readonly Line[] {
  const atWork = standing.filter(({ state }) => state === 'at-work')
  if (atWork.length === 0) return [line('no stack was seen at work; the same command goes on', 'wait')]
  return [
    ...atWork.map(({ stack, said = 'it has begun' }) =>
      line(`${stack}: CloudFormation goes on by itself; it said last: ${said}`, 'wait'),
    ),
    line(`see it with  aws cloudformation describe-stacks --stack-name ${atWork[0]?.stack ?? ''}`, 'wait'),
    line('once it stands still, the same command goes on', 'wait'),
  ]
}
