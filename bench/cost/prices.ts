/** What one unit of something costs. */
export interface Price {
  readonly usd: number
  readonly unit: string
  /** The page of aws.amazon.com that lists it. */
  readonly listed: string
}

/** List prices of us-east-1, November 2026, without what is free each month. Batch, STS, standard parameters and events of AWS services are free. */
export const prices = {
  transition: { usd: 25e-6, unit: 'transition of a standard workflow', listed: 'step-functions/pricing' },
  invocation: { usd: 0.2e-6, unit: 'invocation', listed: 'lambda/pricing' },
  gigabyteSecond: { usd: 13.3334e-6, unit: 'GB-s on arm64', listed: 'lambda/pricing' },
  writeUnit: { usd: 0.625e-6, unit: 'write unit on demand', listed: 'dynamodb/pricing/on-demand' },
  readUnit: { usd: 0.125e-6, unit: 'read unit on demand', listed: 'dynamodb/pricing/on-demand' },
  put: { usd: 5e-6, unit: 'PUT, POST or LIST', listed: 's3/pricing' },
  get: { usd: 0.4e-6, unit: 'GET or HEAD', listed: 's3/pricing' },
  message: { usd: 0.4e-6, unit: 'request of a standard queue', listed: 'sqs/pricing' },
  fifoMessage: { usd: 0.5e-6, unit: 'request of a FIFO queue', listed: 'sqs/pricing' },
  apiRequest: { usd: 3.5e-6, unit: 'request of a REST API', listed: 'api-gateway/pricing' },
  logGigabyte: { usd: 0.5, unit: 'GB of logs taken in', listed: 'cloudwatch/pricing' },
} as const satisfies Readonly<Record<string, Price>>

/** Milliseconds that a request is taken to last from within the region, at best and at worst. */
export interface Latency {
  readonly bestMs: number
  readonly worstMs: number
}

/**
 * Assumed, since emulators answer as fast as this machine can. DynamoDB says single-digit milliseconds of a read or write of one item, and
 * S3 some 100 ms of a small object; those of the others have no promise, and are guessed with room.
 */
export const latencies: readonly (readonly [RegExp, Latency])[] = [
  [/^dynamo (Get|BatchGet|Query|Put)/, { bestMs: 3, worstMs: 9 }],
  [/^dynamo TransactWrite/, { bestMs: 8, worstMs: 25 }],
  [/^s3 /, { bestMs: 20, worstMs: 100 }],
  [/^sqs /, { bestMs: 5, worstMs: 25 }],
  [/^sfn /, { bestMs: 15, worstMs: 50 }],
  [/^sts /, { bestMs: 15, worstMs: 60 }],
  [/^batch /, { bestMs: 50, worstMs: 200 }],
  [/^(ssm|events) /, { bestMs: 10, worstMs: 50 }],
]

/** A function has a whole processor at so much memory (AWS Lambda, memory and computing power). */
export const memoryOfProcessorMiB = 1_769
