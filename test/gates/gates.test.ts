import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Breach, deadcode, format, layers, lint, names, types } from './breaches.ts'
import { plantedHouse } from './planted-house.ts'

/**
 * A gate that cannot fail guards nothing. Each gate runs on a copy of the house, where it must pass, and again with breaches planted,
 * where it must fail and name every one of them.
 */
const gates: readonly { gate: string; breaches: readonly Breach[]; words?: readonly string[] }[] = [
  { gate: 'format:check', breaches: format },
  { gate: 'lint', breaches: lint, words: ['--format=unix'] },
  { gate: 'types', breaches: types },
  { gate: 'layers', breaches: layers },
  { gate: 'names', breaches: names },
  { gate: 'deadcode', breaches: deadcode },
]

const isSaid = (text: string, output: string): boolean =>
  output.split('\n').some((line) => text.split(' … ').every((part) => line.includes(part)))

describe.concurrent.each(gates)('the gate $gate', ({ gate, breaches, words = [] }) => {
  it('passes on the house as it is', async () => {
    using house = plantedHouse()
    const { passed, output } = await house.run(gate, { words })
    expect(passed, output).toBe(true)
  })

  it(`fails on ${breaches.map((breach) => breach.what).join('; ')}`, async () => {
    using house = plantedHouse()
    for (const { files } of breaches) house.plant(files)
    const { passed, output } = await house.run(gate, { words })
    const unsaid = breaches.flatMap(({ says }) => says.filter((text) => !isSaid(text, output)))
    expect({ passed, unsaid }, output).toStrictEqual({ passed: false, unsaid: [] })
  })
})

describe.concurrent('the gate layers', () => {
  it('fails when no TypeScript was read, as with a compiler that has no JavaScript API', async () => {
    using house = plantedHouse()
    house.plant({
      'hide-typescript.mjs': `import { registerHooks } from 'node:module'
        registerHooks({
          resolve: (name, context, next) => {
            if (name === 'typescript' || name.startsWith('typescript/')) throw Object.assign(new Error(name), { code: 'ERR_MODULE_NOT_FOUND' })
            return next(name, context)
          },
        })`,
    })
    const { passed, output } = await house.run('layers', { nodeOptions: `--import ${house.root}/hide-typescript.mjs` })
    expect({ passed, output }).toMatchObject({
      passed: false,
      output: expect.stringMatching(/layers: 0 of \d+ source files were read/),
    })
  })
})

describe.concurrent('the gate test', () => {
  const runPlanted = async (body: string) => {
    using house = plantedHouse()
    house.plant({
      'test/planted.test.ts': `import { connect } from 'node:net'\nimport { expect, it } from 'vitest'\n${body}`,
    })
    return await house.run('test', { words: ['test/planted.test.ts'] })
  }

  it('passes when the planted test holds', async () => {
    expect(await runPlanted("it('holds', () => expect(1).toBe(1))")).toMatchObject({
      passed: true,
      output: expect.stringContaining('1 passed'),
    })
  })

  it('fails when it does not', async () => {
    expect(await runPlanted("it('breaks', () => expect(1).toBe(2))")).toMatchObject({
      passed: false,
      output: expect.stringContaining('expected 1 to be 2'),
    })
  })

  it('fails when it is empty', async () => {
    expect(await runPlanted('')).toMatchObject({ passed: false, output: expect.stringContaining('No test') })
  })

  it('fails when it leaves the machine', async () => {
    expect(await runPlanted("it('calls', () => void connect(443, 'example.com'))")).toMatchObject({
      passed: false,
      output: expect.stringContaining('a test tried to connect to example.com'),
    })
  })
})

describe.concurrent('the gate coverage', () => {
  const core = { 'src/core/planted.ts': "export const planted = (sure: boolean) => (sure ? 'yes' : 'no')\n" }
  const asking = (words: string) =>
    `import { expect, it } from 'vitest'\nimport { planted } from '#core/planted.ts'\nit('answers', () => expect(${words}).toBe('yes no'))\n`
  const whole = asking('`${planted(true)} ${planted(false)}`')
  /** One file of the core, and few of its tests: all of both is what `npm run check` runs. */
  const words = ['--coverage.include=src/core/planted.ts']
  const elsewhere = 'const elsewhere = ['
  const config = readFileSync('vitest.config.ts', 'utf8').replace(elsewhere, `${elsewhere}'test/core/*/**', `)
  const runPlanted = async (tests: Readonly<Record<string, string>>) => {
    using house = plantedHouse()
    house.plant({ 'vitest.config.ts': config, ...core, ...tests })
    return await house.run('coverage', { words })
  }

  it('passes when the tests of the core reach all of it', async () => {
    const { passed, output } = await runPlanted({ 'test/core/planted.test.ts': whole })
    expect(passed, output).toBe(true)
  })

  it('fails on a branch that none of them takes, and names its line', async () => {
    const { passed, output } = await runPlanted({ 'test/core/planted.test.ts': asking('`${planted(true)} no`') })
    expect({ passed, said: isSaid('planted.ts … 50 … 1', output) }, output).toStrictEqual({ passed: false, said: true })
  })

  it('fails when only the tests of others reach it', async () => {
    const { passed, output } = await runPlanted({ 'test/operations/planted.test.ts': whole })
    expect({ passed, said: isSaid('planted.ts … 0 … 1', output) }, output).toStrictEqual({ passed: false, said: true })
  })

  it('fails when a test does', async () => {
    const { passed, output } = await runPlanted({
      'test/core/planted.test.ts': `${whole}it('breaks', () => expect(1).toBe(2))\n`,
    })
    expect({ passed, said: isSaid('expected 1 to be 2', output) }, output).toStrictEqual({ passed: false, said: true })
  })
})

describe.concurrent('the check', () => {
  it('runs every gate it is asked for, names those that failed, and fails with them', async () => {
    using house = plantedHouse()
    house.plant({ 'src/core/graph-utils.ts': 'export {}\n' })
    const { passed, output } = await house.run('check', { words: ['names', 'format:check'] })
    expect(passed).toBe(false)
    expect(output).toMatch(/^FAILED +names /m)
    expect(output).toMatch(/^ok +format:check /m)
    expect(output).toContain('failed: names (')
  })

  it('refuses a gate that does not exist', async () => {
    using house = plantedHouse()
    expect(await house.run('check', { words: ['spelling'] })).toMatchObject({
      passed: false,
      output: expect.stringContaining('no gate is called spelling'),
    })
  })
})
