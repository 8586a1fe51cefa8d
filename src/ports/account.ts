import type { Quotas } from '#core/market/quota.ts'

/** An account of AWS as whoever deploys to it sees it. What it refuses to tell is thrown. */
export interface Account {
  /** Where requests go; `undefined` when nothing says. */
  region(): Promise<string | undefined>
  /** Whose credentials these are. */
  caller(): Promise<{ readonly account: string; readonly arn: string }>
  /** Version of what `cdk bootstrap` made; `undefined` before it did. */
  bootstrapVersion(): Promise<number | undefined>
  quotas(): Promise<Quotas>
  hasRole(name: string): Promise<boolean>
  /** Asks the price list for anything. */
  readPrices(): Promise<void>
}
