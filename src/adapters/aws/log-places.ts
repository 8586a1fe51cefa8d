import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoTable } from '#adapters/aws/dynamo-table.ts'
import { logStart, numberOf, partsOfRun, runPartition, textOf } from '#adapters/aws/table-keys.ts'
import { Turns } from '#adapters/aws/turns.ts'
import { tableNames } from '#contract/table.ts'
import type { RunId } from '#core/run/ids.ts'

/** Runs whose log this process remembers the ends of. */
const maxRuns = 1_000

/** The end of one partition of a run's log, as this process knows it. */
export interface LogPlace {
  readonly part: number
  readonly partition: string
  /** Number of the next event, as far as known: another process may have written on. */
  end: number | undefined
  /** Commits of this process that want it. */
  wanted: number
}

/**
 * Where the next commit's events go. Each partition of a run's log is numbered without gaps, so that a reader who has come to
 * an end misses nothing; so commits to one of them go one after another, and to different ones side by side.
 */
export class LogPlaces {
  readonly #table: DynamoTable
  readonly #turns = new Turns()
  readonly #runs = new Map<RunId, readonly LogPlace[]>()

  constructor(table: DynamoTable) {
    this.#table = table
  }

  /** Runs `work` while no other work of this process has the place: a free one, rather one whose end is known. */
  async take<T>(run: RunId, work: (place: LogPlace) => Promise<T>): Promise<T> {
    const places = this.#placesOf(run)
    const first = Math.floor(Math.random() * places.length)
    const from = [...places.slice(first), ...places.slice(0, first)]
    const place = from.reduce((best, other) => (costOf(other) < costOf(best) ? other : best))
    place.wanted += 1
    try {
      return await this.#turns.take([place.partition], () => work(place))
    } finally {
      place.wanted -= 1
    }
  }

  /** The number of the next event; read when it is not known, with the stamp of the last one. */
  async endOf(place: LogPlace): Promise<number> {
    place.end ??= await this.#readEnd(place.partition)
    return place.end
  }

  async #readEnd(partition: string): Promise<number> {
    const { client, name, stamps } = this.#table
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: name,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :log)',
        ProjectionExpression: '#sk, #count, #stamp',
        ExpressionAttributeNames: {
          '#pk': tableNames.partitionKey,
          '#sk': tableNames.sortKey,
          '#count': 'count',
          '#stamp': 'stamp',
        },
        ExpressionAttributeValues: { ':pk': { S: partition }, ':log': { S: 'log#' } },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: 1,
      }),
    )
    const [last] = Items
    if (last === undefined) return 0
    stamps.saw(numberOf(last, 'stamp'))
    return logStart(textOf(last, tableNames.sortKey)) + numberOf(last, 'count')
  }

  #placesOf(run: RunId): readonly LogPlace[] {
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const made = Array.from({ length: partsOfRun }, (_, part): LogPlace => ({
      part,
      partition: runPartition(run, part),
      end: undefined,
      wanted: 0,
    }))
    for (const [old, places] of this.#runs) {
      if (this.#runs.size < maxRuns) break
      if (places.every(({ wanted }) => wanted === 0)) this.#runs.delete(old)
    }
    this.#runs.set(run, made)
    return made
  }
}

function costOf({ wanted, end }: LogPlace): number {
  return wanted + (end === undefined ? 0.5 : 0)
}
