import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { leasedCredentials } from '#agent/leased-credentials.ts'
import type { Assignment, LeaseAnswer, LeaseRequest } from '#contract/clone-api.ts'
import { parseRunId } from '#core/run/ids.ts'
import { createDrivenClock } from '../builders/driven-clock.ts'

const slot = { run: parseRunId('run_00000000')!, task: 'a', attempt: 1, clone: 0 }
const asking: LeaseRequest = { slot, job: 'job', holder: 'me' }
const assignment = { slot } as Assignment
const minuteMs = 60_000

type Granted = Extract<LeaseAnswer, { granted: true }>

/** A control plane whose credentials hold for an hour, and are counted; `say` changes its next answers. */
function open({ lifeMs = 60 * minuteMs } = {}) {
  const clock = createDrivenClock(0)
  const askedAtMin: number[] = []
  let say: (usual: Granted) => Promise<LeaseAnswer> = async (usual) => usual
  const inner = {
    lease: async (request: LeaseRequest) => {
      expect(request).toStrictEqual(asking)
      askedAtMin.push(clock.nowMs() / minuteMs)
      const of = String(askedAtMin.length)
      const expiresAtMs = clock.nowMs() + lifeMs
      const credentials = {
        accessKeyId: of,
        secretAccessKey: `secret ${of}`,
        sessionToken: `session ${of}`,
        expiresAtMs,
      }
      return say({ granted: true, fence: 7, renewEveryS: 40, assignment, credentials })
    },
    renew: async () => true,
    report: async () => 'accepted' as const,
  }
  const { signal } = new AbortController()
  const leased = leasedCredentials(inner, { clock, random: () => 0, signal })
  return {
    ...leased,
    clock,
    askedAtMin,
    says: (answer: typeof say) => void (say = answer),
    /** Which ones are in use. */
    id: async () => (await leased.credentials()).accessKeyId,
  }
}

function bare(usual: Granted): LeaseAnswer {
  const { credentials: _, ...rest } = usual
  return rest
}

const away = () => Promise.reject(new Error('nobody answers'))

describe('the credentials of a lease', () => {
  it('are those that came with it, and go no further with its answer', async () => {
    const { api, credentials, askedAtMin } = open()
    const answer = await api.lease(asking)
    expect(answer).toStrictEqual({ granted: true, fence: 7, renewEveryS: 40, assignment })
    expect(inspect(api, { depth: 9, showHidden: true })).not.toContain('secret')
    expect(await credentials()).toStrictEqual({
      accessKeyId: '1',
      secretAccessKey: 'secret 1',
      sessionToken: 'session 1',
      expiration: new Date(50 * minuteMs),
    })
    expect(askedAtMin).toStrictEqual([0])
  })

  it('are renewed a quarter of an hour before they end, and nobody waits for it', async () => {
    const { api, id, clock, askedAtMin, says } = open()
    await api.lease(asking)
    await clock.advance(45 * minuteMs - 1)
    expect(await id()).toBe('1')
    const { promise, resolve } = Promise.withResolvers<void>()
    says(async (usual) => (await promise, usual))
    await clock.advance(1)
    expect(await id()).toBe('1')
    resolve()
    await clock.advance(0)
    expect(await id()).toBe('2')
    expect(askedAtMin).toStrictEqual([0, 45])
  })

  it('are asked for when a client of the SDK thinks that they are about to end', async () => {
    const { api, credentials, clock, askedAtMin } = open()
    await api.lease(asking)
    const { expiration } = await credentials()
    // It does so five minutes before.
    await clock.advance(expiration.getTime() - 5 * minuteMs)
    await credentials()
    expect(askedAtMin).toStrictEqual([0, 45])
  })

  it('are asked for once, however many transfers need them', async () => {
    const { api, id, clock, askedAtMin } = open()
    await api.lease(asking)
    await clock.advance(90 * minuteMs)
    expect(new Set(await Promise.all(Array.from({ length: 100 }, id)))).toStrictEqual(new Set(['2']))
    expect(askedAtMin).toStrictEqual([0, 90])
  })

  it('do as long as they hold while nobody answers, who is asked every half minute', async () => {
    const { api, id, clock, askedAtMin, says } = open()
    await api.lease(asking)
    says(away)
    await clock.advance(45 * minuteMs)
    for (let tenths = 0; tenths < 20; tenths += 1) {
      expect(await id()).toBe('1')
      await clock.advance(minuteMs / 10)
    }
    expect(askedAtMin).toStrictEqual([0, 45, 45.5, 46, 46.5])
    says(async (usual) => usual)
    expect(await id()).toBe('1')
    expect(await id()).toBe('6')
  })

  it('are waited for once the old ones have ended', async () => {
    const { api, id, clock, says } = open()
    await api.lease(asking)
    says(away)
    await clock.advance(59 * minuteMs)
    const waiting = id()
    await clock.advance(minuteMs)
    says(async (usual) => usual)
    await clock.advance(minuteMs)
    expect(Number(await waiting)).toBeGreaterThan(2)
  })

  it('end with the old ones when nobody answers for two minutes, and may come later', async () => {
    const { api, id, clock, says } = open()
    await api.lease(asking)
    says(away)
    await clock.advance(60 * minuteMs)
    const waiting = id().then(String, (error: unknown) => String(error))
    await clock.advance(2 * minuteMs)
    expect(await waiting).toContain('nobody answers')
    says(async (usual) => usual)
    expect(Number(await id())).toBeGreaterThan(2)
  })

  it('that were refused are renewed at once, but not every time', async () => {
    const { api, credentials, clock, askedAtMin, says } = open()
    const forced = async () => (await credentials({ forceRefresh: true })).accessKeyId
    await api.lease(asking)
    await clock.advance(minuteMs / 4)
    expect(await forced()).toBe('1')
    await clock.advance(minuteMs / 4)
    expect(await Promise.all([forced(), forced()])).toStrictEqual(['2', '2'])
    expect(await forced()).toBe('2')
    await clock.advance(minuteMs)
    says(away)
    expect(await forced()).toBe('2')
    await clock.advance(minuteMs)
    says(async () => ({ granted: false, why: 'the slot is lost' }))
    await expect(forced()).rejects.toThrow('the slot is lost')
    expect(askedAtMin).toStrictEqual([0, 0.5, 1.5, 2.5])
  })

  it('of a short life are renewed after half of it', async () => {
    const { api, id, clock, askedAtMin } = open({ lifeMs: 15 * minuteMs })
    await api.lease(asking)
    await clock.advance(7 * minuteMs)
    expect([await id(), askedAtMin.length]).toStrictEqual(['1', 1])
    await clock.advance(0.5 * minuteMs)
    expect([await id(), askedAtMin.length]).toStrictEqual(['1', 2])
    expect(await id()).toBe('2')
  })
})

describe('no credentials are given', () => {
  it('before there is a lease', async () => {
    const { credentials, askedAtMin } = open()
    await expect(credentials()).rejects.toThrow('no lease gave any')
    expect(askedAtMin).toStrictEqual([])
  })

  it('by a lease that was refused, or came without them', async () => {
    const { api, credentials, says } = open()
    const refusal = { granted: false, why: 'no' } as const
    says(async () => refusal)
    expect(await api.lease(asking)).toStrictEqual(refusal)
    await expect(credentials()).rejects.toThrow('no lease gave any')
    says(async (usual) => bare(usual))
    expect(await api.lease(asking)).toMatchObject({ granted: true })
    await expect(credentials()).rejects.toThrow('no lease gave any')
  })

  const ends: readonly (readonly [string, (usual: Granted) => LeaseAnswer, string])[] = [
    ['is refused', () => ({ granted: false, why: 'the slot is lost' }), 'the slot is lost'],
    ['has another fence', (usual) => ({ ...usual, fence: 8 }), 'another one'],
    ['comes without them', bare, 'without them'],
  ]
  it.each(ends)('once the lease %s, for ever, also while the old ones hold', async (_, answer, why) => {
    const { api, id, clock, askedAtMin, says } = open()
    await api.lease(asking)
    says(async (usual) => answer(usual))
    await clock.advance(45 * minuteMs)
    expect(await id()).toBe('1')
    await expect(id()).rejects.toThrow('credentials refused')
    await expect(id()).rejects.toThrow(why)
    says(async (usual) => usual)
    await clock.advance(60 * minuteMs)
    await expect(id()).rejects.toThrow(why)
    expect(askedAtMin).toStrictEqual([0, 45])
  })

  it.each(ends)('nor are they asked for again when it %s after they have ended', async (_, answer, why) => {
    const { api, id, clock, askedAtMin, says } = open()
    await api.lease(asking)
    says(async (usual) => answer(usual))
    await clock.advance(60 * minuteMs)
    await expect(id()).rejects.toThrow(why)
    await expect(id()).rejects.toThrow(why)
    expect(askedAtMin).toStrictEqual([0, 60])
    expect(clock.pending).toBe(0)
  })
})
