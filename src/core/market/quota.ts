/** Quotas of an account that bound its pools, and where Service Quotas keeps them. Values are vCPUs, but Lambda's. */
export const quotas = {
  'standard on-demand': { service: 'ec2', code: 'L-1216C47A', title: 'vCPUs of standard instances on demand' },
  'standard spot': { service: 'ec2', code: 'L-34B43A08', title: 'vCPUs of standard spot instances' },
  'g on-demand': { service: 'ec2', code: 'L-DB2E81BA', title: 'vCPUs of G and VT instances on demand' },
  'g spot': { service: 'ec2', code: 'L-3819A6DF', title: 'vCPUs of G and VT spot instances' },
  'p on-demand': { service: 'ec2', code: 'L-417A185B', title: 'vCPUs of P instances on demand' },
  'p spot': { service: 'ec2', code: 'L-7212CCBC', title: 'vCPUs of P4, P3 and P2 spot instances' },
  'fargate on-demand': { service: 'fargate', code: 'L-3032A538', title: 'vCPUs of Fargate on demand' },
  'fargate spot': { service: 'fargate', code: 'L-36FBB829', title: 'vCPUs of Fargate Spot' },
  'lambda concurrency': { service: 'lambda', code: 'L-B99A9384', title: 'Lambda functions at once' },
} as const

export type QuotaName = keyof typeof quotas
export const quotaNames = Object.keys(quotas) as readonly QuotaName[]

/** What an account may have; one that nobody told is absent. */
export type Quotas = Readonly<Partial<Record<QuotaName, number>>>

type Purchase = 'on-demand' | 'spot'

/** Families by the letters before their generation that share the quota of standard instances. */
const standard = /^(a|c|d|h|i|im|is|m|r|t|z)$/

/** The quota that instances of a type count against; `undefined`: one that is not looked at, as of Inferentia. */
export function quotaOf(type: string, purchase: Purchase): QuotaName | undefined {
  const [, letters = ''] = /^([a-z]+)\d/.exec(type) ?? []
  if (standard.test(letters)) return `standard ${purchase}`
  if (letters === 'g' || letters === 'vt' || letters === 'gr') return `g ${purchase}`
  // P5 has a spot quota of its own.
  if (letters === 'p' && (purchase === 'on-demand' || /^p[234]/.test(type))) return `p ${purchase}`
  return undefined
}

/** A quota and its value in words, with what finds it in Service Quotas. */
export function quotaWords(name: QuotaName, value: number): string {
  const { title, code } = quotas[name]
  return `the account's quota of ${title} is ${value} (${code})`
}
