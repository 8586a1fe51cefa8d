import type { CloneApi } from '#contract/clone-api.ts'
import { slotKey } from '#core/run/ids.ts'
import type { Scene } from './world.ts'

/**
 * The clone API, watched from outside: whoever holds an older fence than another agent of the slot was granted is renewed and
 * heard no more, and each fence has one holder.
 */
export function fenceWatched({ sim, onBreach }: Pick<Scene, 'sim' | 'onBreach'>, api: CloneApi): CloneApi {
  const granted = new Map<string, number>()
  const holders = new Map<string, string>()
  const latest = (slot: string): number => granted.get(slot) ?? 0
  return {
    async lease(request) {
      const answer = await api.lease(request)
      if (!answer.granted) return answer
      const slot = slotKey(request.slot)
      const holder = holders.get(`${slot} ${answer.fence}`) ?? request.holder
      if (holder !== request.holder) onBreach(`I2 ${slot}: fence ${answer.fence} has two holders`)
      holders.set(`${slot} ${answer.fence}`, holder)
      granted.set(slot, Math.max(latest(slot), answer.fence))
      if (latest(slot) > 1) sim.note(`${slot} is leased under fence ${latest(slot)}`)
      return answer
    },
    async renew(renewal) {
      const slot = slotKey(renewal.slot)
      const before = latest(slot)
      const held = await api.renew(renewal)
      if (held && renewal.fence < before) onBreach(`I2 ${slot} is renewed under fence ${renewal.fence}, not ${before}`)
      return held
    },
    async report(said) {
      const slot = slotKey(said.slot)
      const answer = await api.report(said)
      if (answer !== 'fenced' && said.fence < latest(slot)) {
        onBreach(`I2 a report of ${slot} under fence ${said.fence} is ${answer}, and ${latest(slot)} was granted`)
      }
      return answer
    },
  }
}
