import { describe, expect, it } from 'vitest'
import type { Work } from '#contract/work-message.ts'
import { writeWorkMessage } from '#contract/work-message.ts'
import type { Ports } from '#operations/ports.ts'
import { watchHandler } from '../../lambdas/watch/handler.ts'
import { workHandler } from '../../lambdas/work/handler.ts'
import { queueEvent } from '../builders/queue-records.ts'

/** Ports of an account where so many runs are active, and nothing else is. What is done is written down. */
function open(options: { readonly runs?: number; readonly onOff?: () => void } = {}) {
  let runs = options.runs ?? 0
  let isOn = true
  const put: (readonly [Work, number | undefined])[] = []
  const done: string[] = []
  const none = async () => ({ items: [] })
  const active = async () => ({ items: Array.from({ length: runs }, () => ({ id: 'run', state: 'succeeded' })) })
  const ports = {
    store: {
      rows: { busy: none, waiting: async () => [], active, get: async () => ({ value: { state: 'succeeded' } }) },
    },
    clock: { nowMs: () => 0 },
    dispatcher: { request: async () => undefined },
    work: {
      put: async (work: Work, afterS?: number) => {
        put.push([work, afterS])
        done.push('look arranged')
      },
    },
    watchSwitch: {
      on: async () => {
        isOn = true
        done.push('on')
      },
      off: async () => {
        options.onOff?.()
        isOn = false
        done.push('off')
      },
    },
  }
  return {
    watch: watchHandler(ports as unknown as Ports & typeof ports),
    work: workHandler(ports as unknown as Ports & typeof ports, () => undefined),
    put,
    done,
    isOn: () => isOn,
    submit: () => void (runs += 1),
  }
}

describe('the watch of an account', () => {
  it('stays on while a run is active', async () => {
    const under = open({ runs: 1 })
    expect(await under.watch()).toStrictEqual({ active: true })
    expect([under.isOn(), under.done]).toStrictEqual([true, []])
  })

  it('goes off when none is, once a later look is sure to come', async () => {
    const under = open()
    expect(await under.watch()).toStrictEqual({ active: false })
    expect(under.done).toStrictEqual(['look arranged', 'off'])
    expect(under.put).toStrictEqual([[{ kind: 'look-for-runs' }, 120]])
  })

  it('is on again by that look, where a run was submitted between its own look and its going off', async () => {
    const under = open({ onOff: () => under.submit() })
    await under.watch()
    expect(under.isOn()).toBe(false)
    await under.work(queueEvent(under.put.map(([work]) => writeWorkMessage(work))))
    expect(under.isOn()).toBe(true)
  })

  it('stays off by that look where none was', async () => {
    const under = open()
    await under.watch()
    await under.work(queueEvent(under.put.map(([work]) => writeWorkMessage(work))))
    expect(under.isOn()).toBe(false)
  })
})
