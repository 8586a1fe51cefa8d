import { expect, it } from 'vitest'
import { quotaNames, quotaOf, quotas, quotaWords } from '#core/market/quota.ts'

it.each([
  ['c7i.large', 'on-demand', 'standard on-demand'],
  ['im4gn.large', 'spot', 'standard spot'],
  ['t3.medium', 'spot', 'standard spot'],
  ['g4dn.xlarge', 'on-demand', 'g on-demand'],
  ['gr6.4xlarge', 'spot', 'g spot'],
  ['vt1.3xlarge', 'spot', 'g spot'],
  ['p3.2xlarge', 'spot', 'p spot'],
  ['p5.48xlarge', 'on-demand', 'p on-demand'],
  ['p5.48xlarge', 'spot', undefined],
  ['inf2.xlarge', 'on-demand', undefined],
  ['trn1.2xlarge', 'spot', undefined],
  ['mac', 'spot', undefined],
] as const)('%s, %s, counts against: %s', (type, purchase, name) => {
  expect(quotaOf(type, purchase)).toBe(name)
})

it('each has a code of its own', () => {
  expect(new Set(quotaNames.map((name) => quotas[name].code)).size).toBe(quotaNames.length)
})

it('says what it is, and what finds it', () => {
  expect(quotaWords('g on-demand', 0)).toBe(
    "the account's quota of vCPUs of G and VT instances on demand is 0 (L-DB2E81BA)",
  )
})
