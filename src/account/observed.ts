import { Logger } from '@aws-lambda-powertools/logger'
import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics'
import { Tracer } from '@aws-lambda-powertools/tracer'
import type { Context } from 'aws-lambda'
import type { Measure } from '#account/measured-store.ts'
import { deploymentEnvironment, type DeploymentFunction } from '#contract/deployment.ts'
import { metricNamespace, metricUnits } from '#contract/metrics.ts'

/** By what a function tells of its work. */
export interface Told {
  /** Told of what went wrong and was passed over, or will come again. */
  readonly onError: (error: unknown) => void
  readonly measure: Measure
  /** Shows a client of the SDK to the tracer. */
  readonly traced: <C extends object>(client: C) => C
  /** The environment of the function. */
  readonly environment: Environment
}

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Observed<E, R> {
  readonly name: DeploymentFunction
  readonly environment: Environment
  /** Makes the handler: once, while the function starts. */
  readonly make: (told: Told) => (event: E, context: Context) => Promise<R>
  /** What is said of a call beside how long it took. No event is written as it is: they hold tokens. */
  readonly say?: (event: E, result: R | undefined) => Readonly<Record<string, unknown>>
}

/**
 * A function of a deployment as Lambda calls it. Each call is one line of JSON in its log, with all that went wrong in it; what it wrote is
 * told as metrics, in another line and only when it wrote something; and it is a part of a trace where traces are on.
 */
export function observed<E, R>({
  name,
  environment,
  make,
  say = () => ({}),
}: Observed<E, R>): (event: E, context: Context) => Promise<R> {
  const serviceName = environment[deploymentEnvironment.deployment] ?? 'forkcast'
  const logger = new Logger({ serviceName })
  const metrics = new Metrics({ namespace: metricNamespace, serviceName })
  const tracer = new Tracer({ serviceName, captureHTTPsRequests: false })
  const errors: unknown[] = []
  const told: Told = {
    onError: (error) => void errors.push(error),
    measure: (metric, value) => void metrics.addMetric(metric, units[metricUnits[metric]], value),
    traced: (client) => tracer.captureAWSv3Client(client),
    environment,
  }
  const handle = made(() => make(told))

  return async (event, context) => {
    const startedMs = performance.now()
    logger.addContext(context)
    let result: R | undefined
    let failure: { readonly error: unknown } | undefined
    try {
      result = (await tracer.provider.captureAsyncFunc(`## ${name}`, async (part) => {
        tracer.annotateColdStart()
        try {
          return await handle()(event, context)
        } catch (error) {
          if (error instanceof Error) tracer.addErrorAsMetadata(error)
          throw error
        } finally {
          part?.close()
        }
      })) as R
      return result
    } catch (error) {
      failure = { error }
      throw error
    } finally {
      const durationMs = Math.round(performance.now() - startedMs)
      const passedOver = errors.splice(0).map(wordsOf)
      const line = { durationMs, ...say(event, result), ...(passedOver.length > 0 && { errors: passedOver }) }
      if (failure !== undefined) logger.error(`${name} failed`, { ...line, error: asError(failure.error) })
      else if (passedOver.length > 0) logger.error(`${name} failed in part`, line)
      else logger.info(name, line)
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
    }
  }
}

const units = { Count: MetricUnit.Count, Seconds: MetricUnit.Seconds, None: MetricUnit.NoUnit } as const

/** Made now; a fault of that is told by each call, since a function that does not start is started again and again. */
function made<T>(make: () => T): () => T {
  try {
    const value = make()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
