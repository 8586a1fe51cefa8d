/** What an AWS Batch on the loopback interface is asked to be. */
export interface BatchEndpointRequest {
  /** The state directory: `batch/` in it gets the logs and the working folders of containers. */
  readonly dir: string
  /** 0: one that is free. */
  readonly port: number
  /** Fixes ids, reclaims and the fate of events. @default a new one */
  readonly seed?: string
  /** Shares of events, from 0 to 1, that are lost or come twice. */
  readonly drop: number
  readonly duplicate: number
  /** How late events come, and how much later at most, each by its own chance. */
  readonly delayS: number
  readonly reorderS: number
  /** Takes each event as EventBridge would carry it. */
  readonly onEvent: (event: object) => Promise<void>
  /** Told of what is a bug, or the machine's fault. */
  readonly onError: (error: unknown) => void
}

/** One that is served. */
export interface ServedBatch {
  readonly url: string
  /** The only one that is answered; the secret that belongs to it may be anything. */
  readonly accessKeyId: string
  readonly region: string
  /** Ends all containers: TERM, and KILL soon after. */
  close(): Promise<void>
}
