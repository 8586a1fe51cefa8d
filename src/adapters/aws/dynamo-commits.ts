import { randomBytes } from 'node:crypto'
import {
  type AttributeValue,
  type CancellationReason,
  GetItemCommand,
  type TransactWriteItem,
  TransactionCanceledException,
  TransactionInProgressException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoTable } from '#adapters/aws/dynamo-table.ts'
import { fullJitter } from '#adapters/aws/full-jitter.ts'
import { KnownVersions } from '#adapters/aws/known-versions.ts'
import { type LogPlace, LogPlaces } from '#adapters/aws/log-places.ts'
import { rowItem } from '#adapters/aws/row-items.ts'
import { gateKey, type ItemKey, keyAttributes, logKey, partsOfRun, rowKey } from '#adapters/aws/table-keys.ts'
import { Turns } from '#adapters/aws/turns.ts'
import { assertCommit } from '#adapters/store/commit-rules.ts'
import { tableNames } from '#contract/table.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { RunId } from '#core/run/ids.ts'
import type { Change } from '#core/run/record.ts'
import type { Check, Conflict } from '#ports/store.ts'

/** With full jitter, some 15 seconds. */
const maxTries = 35

/** A commit as items, but for its place in the log and its stamp. */
interface Draft {
  readonly id: string
  readonly rows: readonly { readonly item: Record<string, AttributeValue>; readonly expected: number }[]
  readonly log: Record<string, AttributeValue>
  readonly events: number
}

/**
 * Commits as transactions: the rows, one item of the log with all events, the checks. 40 changes are at most 49 items of the 100
 * that fit.
 */
export class DynamoCommits {
  readonly #table: DynamoTable
  readonly #places: LogPlaces
  readonly #turns = new Turns()
  readonly #known = new KnownVersions()

  constructor(table: DynamoTable) {
    this.#table = table
    this.#places = new LogPlaces(table)
  }

  async commit(run: RunId, changes: readonly Change[], checks: readonly Check[]): Promise<Result<void, Conflict>> {
    assertCommit(changes, checks)
    if (changes.length + checks.length === 0) return ok(undefined)
    // What the caller does with its objects after the call has no effect.
    const copies = changes.map((change) => structuredClone(change))
    const nameOf = ({ kind, id }: Conflict): string => `${run} ${kind} ${id}`
    const write = async (): Promise<Result<void, Conflict>> => {
      const stale =
        copies.find((change) => this.#known.isStale(nameOf(change), change.expected)) ??
        checks.find((check) => this.#known.isStale(nameOf(check), check.version))
      if (stale !== undefined) return err({ kind: stale.kind, id: stale.id })
      const draft = await this.#draft(run, copies)
      const written = await this.#places.take(run, (place) => this.#write(run, copies, checks, draft, place))
      if (!written.ok) return written
      for (const change of copies) this.#known.wrote(nameOf(change), change.expected + change.events.length)
      return written
    }
    return this.#turns.take(changes.map(nameOf), write, checks.map(nameOf))
  }

  async #draft(run: RunId, changes: readonly Change[]): Promise<Draft> {
    const events = changes.flatMap(({ kind, id, expected, events: said }) =>
      said.map((event, index) => ({ kind, id, version: expected + index + 1, event })),
    )
    const [log, ...items] = await Promise.all([
      this.#table.texts.attributes(run, 'events', JSON.stringify(events)),
      ...changes.map((change) => rowItem(this.#table, run, change)),
    ])
    const rows = changes.map(({ expected }, index) => ({ item: items[index] ?? {}, expected }))
    return { id: randomBytes(12).toString('base64url'), rows, log, events: events.length }
  }

  async #write(
    run: RunId,
    changes: readonly Change[],
    checks: readonly Check[],
    draft: Draft,
    place: LogPlace,
  ): Promise<Result<void, Conflict>> {
    let unclear = false
    for (let tries = 1; ; tries += 1) {
      const start = await this.#places.endOf(place)
      const request = this.#request(run, changes, checks, draft, place, start)
      const outcome = await this.#send(request, `${draft.id}-${tries}`)
      unclear ||= outcome !== 'written' && outcome.unclear
      if (outcome === 'written' || (unclear && (await this.#isOurs(draft, place, start)))) {
        place.seen(start + draft.events)
        return ok(undefined)
      }
      const rows = [...changes, ...checks]
      const failed = outcome.reasons.map(({ Code }) => Code === 'ConditionalCheckFailed')
      const conflict = rows[failed.indexOf(true)]
      if (conflict !== undefined) return err({ kind: conflict.kind, id: conflict.id })
      if (tries === maxTries) throw outcome.error
      // Another process has written on in this partition of the log: go behind it, at once.
      if (failed[rows.length] === true) place.seen(undefined)
      else await fullJitter(tries)
    }
  }

  /** The items of changes and checks come first, in their order, then that of the log, then the gates. */
  #request(
    run: RunId,
    changes: readonly Change[],
    checks: readonly Check[],
    draft: Draft,
    place: LogPlace,
    start: number,
  ): readonly TransactWriteItem[] {
    const stamp = { N: String(this.#table.stamps.next()) }
    const TableName = this.#table.name
    const logItem = {
      ...keyAttributes(logKey(place.partition, start)),
      ...draft.log,
      count: { N: String(draft.events) },
      commit: { S: draft.id },
      stamp,
    }
    const ofRun = changes.find(({ kind }) => kind === 'run')
    const version = ofRun && { N: String(ofRun.expected + ofRun.events.length) }
    const gates = version === undefined ? [] : Array.from({ length: partsOfRun }, (_, part) => gateKey(run, part))
    return [
      ...draft.rows.map(({ item, expected }) => ({
        Put: { TableName, Item: { ...item, stamp }, ...unchanged(expected) },
      })),
      ...checks.map(({ kind, id, version: expected }) => {
        const key = kind === 'run' ? gateKey(run, place.part) : rowKey(run, kind, id)
        return { ConditionCheck: { TableName, Key: keyAttributes(key), ...unchanged(expected) } }
      }),
      ...(changes.length === 0 ? [] : [{ Put: { TableName, Item: logItem, ...unchanged(0) } }]),
      ...gates.map((key) => ({ Put: { TableName, Item: { ...keyAttributes(key), version: version ?? { N: '0' } } } })),
    ]
  }

  /** `unclear`: an earlier request may have been carried out though it was not answered. */
  async #send(
    TransactItems: readonly TransactWriteItem[],
    ClientRequestToken: string,
  ): Promise<
    'written' | { readonly reasons: readonly CancellationReason[]; readonly unclear: boolean; readonly error: Error }
  > {
    const request = { TransactItems: [...TransactItems], ClientRequestToken }
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#table.client.send(new TransactWriteItemsCommand(request))
        return 'written'
      } catch (error) {
        if (error instanceof TransactionInProgressException && tries < maxTries) {
          await fullJitter(tries)
          continue
        }
        if (!(error instanceof TransactionCanceledException)) throw error
        const reasons = error.CancellationReasons ?? []
        const invalid = reasons.find(
          ({ Code }) => Code === 'ValidationError' || Code === 'ItemCollectionSizeLimitExceeded',
        )
        if (invalid !== undefined) throw error
        return { reasons, unclear: tries > 1 || (error.$metadata.attempts ?? 1) > 1, error }
      }
    }
  }

  async #isOurs(draft: Draft, place: LogPlace, start: number): Promise<boolean> {
    const key: ItemKey = logKey(place.partition, start)
    const { client, name: TableName } = this.#table
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: keyAttributes(key), ConsistentRead: true }))
    return Item?.['commit']?.S === draft.id
  }
}

/** The condition that a row still has the version that was read; 0: that it is not there. */
function unchanged(version: number) {
  return version === 0
    ? {
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': tableNames.partitionKey },
      }
    : {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': { N: String(version) } },
      }
}
