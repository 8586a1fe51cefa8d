import { createHook } from 'node:async_hooks'
import type { CallTrace, Invocation } from '../../test/account/call-trace.ts'

/** CPU of the main thread by invocation: each piece of work, from one turn to the next, is of the one that set it off. */
export function cpuOfInvocations(trace: CallTrace): (invocation: Invocation) => number {
  const spentMs = new Map<Invocation, number>()
  const entered: number[] = []
  const cpuMs = (): number => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  createHook({
    before: () => void entered.push(cpuMs()),
    after: () => {
      const from = entered.pop()
      const invocation = trace.current()
      if (from === undefined || invocation === undefined || entered.length > 0) return
      spentMs.set(invocation, (spentMs.get(invocation) ?? 0) + cpuMs() - from)
    },
  }).enable()
  return (invocation) => spentMs.get(invocation) ?? 0
}
