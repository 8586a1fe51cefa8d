import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoTable } from '#adapters/aws/dynamo-table.ts'
import { logStart, numberOf, partsOfRun, runPartition, textOf } from '#adapters/aws/table-keys.ts'
import { Turns } from '#adapters/aws/turns.ts'
import { tableNames } from '#contract/table.ts'
import type { RunId } from '#core/run/ids.ts'

/** Runs whose log this process remembers the ends of. */
const maxRuns = 1_000

/**
 * How long an end is taken to be the one that was seen. Other processes write on: to ask for it again takes one read unit, and to be
 * refused takes all write units of the commit.
 */
const freshMs = 200

/** The end of one partition of a run's log, as this process knows it. */
export interface LogPlace {
  readonly part: number
  readonly partition: string
  /** Number of the next event, as seen a moment ago: another process may have written on. */
  readonly end: number | undefined
  /** Tells it, once it is known, or that it is another one: `undefined`. */
  seen(end: number | undefined): void
}

/**
 * Where the next commit's events go. Each partition of a run's log is numbered without gaps, so that a reader who has come to
 * an end misses nothing; so commits to one of them go one after another, and to different ones side by side.
 */
export class LogPlaces {
  readonly #table: DynamoTable
  readonly #nowMs: () => number
  readonly #turns = new Turns()
  readonly #runs = new Map<RunId, readonly Place[]>()

  constructor(table: DynamoTable, nowMs: () => number = () => performance.now()) {
    this.#table = table
    this.#nowMs = nowMs
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
    const known = place.end
    if (known !== undefined) return known
    const end = await this.#readEnd(place.partition)
    place.seen(end)
    return end
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

  #placesOf(run: RunId): readonly Place[] {
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    const made = Array.from({ length: partsOfRun }, (_, part) => new Place(part, runPartition(run, part), this.#nowMs))
    for (const [old, places] of this.#runs) {
      if (this.#runs.size < maxRuns) break
      if (places.every(({ wanted }) => wanted === 0)) this.#runs.delete(old)
    }
    this.#runs.set(run, made)
    return made
  }
}

class Place implements LogPlace {
  readonly part: number
  readonly partition: string
  /** Commits of this process that want it. */
  wanted = 0
  readonly #nowMs: () => number
  #last: { readonly end: number; readonly untilMs: number } | undefined

  constructor(part: number, partition: string, nowMs: () => number) {
    this.part = part
    this.partition = partition
    this.#nowMs = nowMs
  }

  get end(): number | undefined {
    return this.#last !== undefined && this.#nowMs() < this.#last.untilMs ? this.#last.end : undefined
  }

  seen(end: number | undefined): void {
    this.#last = end === undefined ? undefined : { end, untilMs: this.#nowMs() + freshMs }
  }
}

function costOf({ wanted, end }: Place): number {
  return wanted + (end === undefined ? 0.5 : 0)
}
