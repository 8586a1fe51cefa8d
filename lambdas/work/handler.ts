import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { readWorkMessage } from '#contract/work-message.ts'
import { unreachable } from '#core/unreachable.ts'
import { plan } from '#operations/plan.ts'
import type { Ports } from '#operations/ports.ts'
import { sweep } from '#operations/sweep.ts'
import type { WatchSwitch } from '#ports/watch-switch.ts'
import { eachRecord } from '../each-record.ts'

/**
 * What is done behind the answers of the API, off its queue: a submitted run is planned, one that was told to cancel or to go on does so.
 * Each by itself: those that failed come again, and `onError` is told why; what is no work fails each time, until the queue puts it
 * aside.
 */
export function workHandler(
  ports: Ports & { readonly watchSwitch: WatchSwitch },
  onError: (error: unknown) => void,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const carryOut = async ({ body }: SQSRecord): Promise<void> => {
    const work = readWorkMessage(body)
    switch (work.kind) {
      case 'plan':
        // The run is written by now: a watch that did not see it, and turned itself off, is on again.
        await ports.watchSwitch.on()
        return plan(ports, work.run)
      case 'resume':
        return sweep(ports, work.run)
      case 'look-for-runs': {
        const { items } = await ports.store.rows.active({ limit: 1 })
        return items.length === 0 ? undefined : ports.watchSwitch.on()
      }
      default:
        return unreachable(work)
    }
  }
  return eachRecord(carryOut, onError)
}
