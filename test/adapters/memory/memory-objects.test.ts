import { MemoryObjects } from '#adapters/memory/memory-objects.ts'
import { objectStoreContract } from '../../contracts/object-store.ts'

objectStoreContract('in memory', async () => ({ objects: new MemoryObjects(), close: async () => {} }))
