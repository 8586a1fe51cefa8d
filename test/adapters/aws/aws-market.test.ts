import { expect, test } from 'vitest'
import { createAwsMarket } from '#adapters/aws/aws-market.ts'
import { createEc2Client, createPricingClient, createQuotasClient } from '#adapters/aws/market-clients.ts'
import type { MarketGoods } from '#adapters/memory/memory-market.ts'
import { seededRandom } from '#core/random.ts'
import { type RequestFault, withFaults } from '../../account/faulty-client.ts'
import { marketContract } from '../../contracts/market.ts'
import { ModelMarket } from './model-market.ts'

const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
const region = 'us-east-1'

function marketOf(model: ModelMarket, spoil: (client: object) => void = () => undefined) {
  const { requestHandler } = model
  const config = { requestHandler, credentials }
  const ec2 = createEc2Client({ ...config, region })
  const pricing = createPricingClient(config)
  const quotas = createQuotasClient({ ...config, region })
  for (const client of [ec2, pricing, quotas]) spoil(client)
  return createAwsMarket({ ec2, pricing, quotas, region })
}

marketContract('AWS, as a model', async (goods) => ({
  market: marketOf(new ModelMarket(goods)),
  close: async () => undefined,
}))

const seen = new Set<RequestFault>()
let seed = 0

marketContract('AWS, as a model, with faults', async (goods: MarketGoods) => {
  const counts: ReadonlyMap<RequestFault, number>[] = []
  const spoil = (client: object) => {
    counts.push(withFaults(client, seededRandom(`market ${(seed += 1)}`), 0.05))
  }
  return {
    market: marketOf(new ModelMarket(goods), spoil),
    close: async () => {
      for (const fault of counts.flatMap((count) => [...count.keys()])) seen.add(fault)
    },
  }
})

test('each fault has struck', () => {
  expect([...seen].sort()).toStrictEqual(['answer lost', 'lost before it arrived', 'service error', 'throttled'])
})
