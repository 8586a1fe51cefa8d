/** Who deploys, and where to. */
export interface AccountChoice {
  /** A profile of AWS. @default that of the environment */
  readonly profile?: string
  /** @default that of the environment, else of the profile */
  readonly region?: string
}

/** One thing that a deployment needs of its account, and what was found. */
export interface AccountCheck {
  readonly name: string
  /** `short`: a deployment works, and less of it than could; `bad`: none does. */
  readonly state: 'good' | 'short' | 'bad'
  readonly found: string
  /** What to do when it is not good. */
  readonly fix: string
  /** The command that does it, to be typed as it is. */
  readonly command?: string
  /** What it is about, where not every deployment has that. */
  readonly about?: 'pools' | 'gpus'
}

/** An account before something is deployed to it. */
export interface AccountReport {
  /** Twelve digits; absent without credentials that are good. */
  readonly account?: string
  readonly region?: string
  /** ARN of whoever asks. */
  readonly caller?: string
  /** Whether `cdk bootstrap` has made what each deployment needs; if not, deploying does. */
  readonly isBootstrapped: boolean
  readonly checks: readonly AccountCheck[]
}
