import { sweepSeeds } from './sweep-seeds.ts'

sweepSeeds('account')
