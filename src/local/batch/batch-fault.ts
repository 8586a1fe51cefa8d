/** What AWS Batch answers instead of a result; its name travels in the header `x-amzn-errortype`. */
export class BatchFault extends Error {
  readonly type: FaultType
  readonly status: number

  constructor(type: FaultType, message: string) {
    super(message)
    this.name = 'BatchFault'
    this.type = type
    this.status = statuses[type]
  }
}

export type FaultType = keyof typeof statuses

const statuses = {
  ClientException: 400,
  SerializationException: 400,
  MissingAuthenticationTokenException: 403,
  AccessDeniedException: 403,
  UnknownOperationException: 404,
  TooManyRequestsException: 429,
  ServerException: 500,
} as const

/** Refuses a request for what its sender did. @throws BatchFault, always. */
export function refuse(message: string): never {
  throw new BatchFault('ClientException', message)
}

/** Refuses what AWS has and this endpoint does not. @throws BatchFault, always. */
export function notEmulated(what: string): never {
  refuse(`${what} is not emulated here`)
}
