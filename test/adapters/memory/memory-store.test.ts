import { MemoryStore } from '#adapters/memory/memory-store.ts'
import { storeContract } from '../../contracts/store.ts'

storeContract('in memory', async () => ({ store: new MemoryStore(), close: async () => {} }))
