import type { CliHost } from '#cli/host.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** How often guests are counted. */
const lookMs = 250

/**
 * Keeps the engine of this process while runs of other processes live in it, and says so. A signal hands over: the clones
 * get `drainS`, and whoever follows such a run takes it up.
 */
export async function stay(
  host: Pick<CliHost, 'onSignal' | 'every'>,
  control: ControlPlane,
  options: { readonly drainS: number; readonly say: (words: string) => void },
): Promise<void> {
  if (control.role() !== 'engine') return
  const first = await control.guests()
  if (first.length === 0) return
  options.say(`${words(first)}; this process stays for that, Ctrl-C hands over`)
  const over = Promise.withResolvers<void>()
  let signals = 0
  const release = host.onSignal(() => {
    signals += 1
    control.close({ drainS: signals === 1 ? options.drainS : 0 }).then(over.resolve, over.reject)
  })
  const look = async (): Promise<void> => {
    if (signals === 0 && (await control.guests()).length === 0) over.resolve()
  }
  const stop = host.every(lookMs, () => void look().catch(over.reject))
  try {
    await over.promise
  } finally {
    stop()
    // Once it was told to hand over, a signal that comes late must not end the process otherwise: it is about to end.
    if (signals === 0) release()
  }
}

function words(runs: readonly string[]): string {
  return runs.length === 1
    ? `run ${runs[0]} of another process lives in this engine`
    : `${runs.length} runs of other processes live in this engine`
}
