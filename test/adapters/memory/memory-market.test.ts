import { MemoryMarket } from '#adapters/memory/memory-market.ts'
import { marketContract } from '../../contracts/market.ts'

marketContract('in memory', async (goods) => ({ market: new MemoryMarket(goods), close: async () => undefined }))
