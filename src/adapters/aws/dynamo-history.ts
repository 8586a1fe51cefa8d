import { type AttributeValue, ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { type DynamoTable, indexedIn } from '#adapters/aws/dynamo-table.ts'
import { takeNext } from '#adapters/aws/merge-sorted.ts'
import { sortableNumber } from '#adapters/aws/sortable-number.ts'
import { keyAttributes, sampleKey, textOf } from '#adapters/aws/table-keys.ts'
import { Turns } from '#adapters/aws/turns.ts'
import { wholeLimit } from '#adapters/store/page.ts'
import { tableIndexes, tableNames } from '#contract/table.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import type { History } from '#ports/store.ts'

/** Seconds that a sample is kept: half a year, after which tasks have changed. */
const keptS = 183 * 86_400

/** The samples of all runs in a DynamoDB table, for half a year; the first one of a slot stays. A family's follow by moments. */
export class DynamoHistory implements History {
  readonly #table: DynamoTable
  readonly #turns = new Turns()

  constructor(table: DynamoTable) {
    this.#table = table
  }

  async record(sample: Sample): Promise<void> {
    const item = sampleItem(sample)
    await this.#turns.take([`${sample.run} ${sample.slot}`], () => this.#put(item))
  }

  async recent(family: string, limit: number): Promise<readonly Sample[]> {
    const wanted = Math.max(1, wholeLimit(limit))
    const range = { partition: family, from: ' ', to: '~' }
    const items = await takeNext(indexedIn(this.#table, tableIndexes.samples, range, wanted, true), limit)
    return items.map((item) => JSON.parse(textOf(item, 'sample')) as Sample)
  }

  async #put(Item: Record<string, AttributeValue>): Promise<void> {
    try {
      await this.#table.client.send(
        new PutItemCommand({
          TableName: this.#table.name,
          Item,
          ConditionExpression: 'attribute_not_exists(#pk)',
          ExpressionAttributeNames: { '#pk': tableNames.partitionKey },
        }),
      )
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
    }
  }
}

function sampleItem(sample: Sample): Record<string, AttributeValue> {
  const { family, run, slot, atMs } = sample
  return {
    ...keyAttributes(sampleKey(run, slot)),
    [tableIndexes.samples.part]: { S: family },
    [tableIndexes.samples.order]: { S: `${sortableNumber(atMs)} ${run} ${slot}` },
    [tableNames.expiresAt]: { N: String(Math.floor(atMs / 1000) + keptS) },
    sample: { S: JSON.stringify(sample) },
  }
}
