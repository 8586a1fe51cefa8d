/** A planted fault: files by their path in the house, and what a gate must say of them. */
export interface Breach {
  readonly what: string
  readonly files: Readonly<Record<string, string>>
  /** Each stands on one line of the report; ` … ` stands for anything between. */
  readonly says: readonly string[]
}

export const format: readonly Breach[] = [
  {
    what: 'a file that the formatter would change',
    files: { 'src/core/planted.ts': 'export const  planted   = "text";\n' },
    says: ['src/core/planted.ts'],
  },
]

export const lint: readonly Breach[] = [
  {
    what: 'a promise that nobody awaits',
    files: {
      'src/adapters/floating.ts': 'const later = async () => 1\nexport const floating = () => {\n  later()\n}\n',
    },
    says: ['src/adapters/floating.ts … no-floating-promises'],
  },
  {
    what: 'a switch that forgets a member of its union',
    files: {
      'src/core/exhaustive.ts':
        "export const exhaustive = (state: 'open' | 'closed') => {\n  switch (state) {\n    case 'open':\n      return 1\n  }\n  return 0\n}\n",
    },
    says: ['src/core/exhaustive.ts … switch-exhaustiveness-check'],
  },
  {
    what: 'a clock in the core',
    files: { 'src/core/clock.ts': 'export const clock = () => Date.now()\n' },
    says: ['src/core/clock.ts … The core has no clock'],
  },
  {
    what: 'a clock in an operation',
    files: { 'src/operations/clock.ts': 'export const clock = () => Date.now()\n' },
    says: ['src/operations/clock.ts … no-restricted-properties'],
  },
  {
    what: 'randomness in the core',
    files: { 'src/core/dice.ts': 'export const dice = () => Math.random()\n' },
    says: ['src/core/dice.ts … no-restricted-properties'],
  },
  {
    what: 'a file system in the core',
    files: {
      'src/core/disk.ts': "import { readFileSync } from 'node:fs'\nexport const disk = () => readFileSync('/')\n",
    },
    says: ['src/core/disk.ts … no-restricted-imports'],
  },
  {
    what: 'an environment variable read inside',
    files: { 'src/adapters/environment.ts': 'export const home = () => process.env.HOME\n' },
    says: ['src/adapters/environment.ts … no-process-env'],
  },
  {
    what: 'a print outside the shell',
    files: { 'src/local/print.ts': "export const print = () => console.log('here')\n" },
    says: ['src/local/print.ts … no-console'],
  },
  {
    what: 'any',
    files: { 'src/core/anything.ts': 'export const anything = (value: any) => [value]\n' },
    says: ['src/core/anything.ts … no-explicit-any'],
  },
  {
    what: 'a thrown text, and a cause that is dropped',
    files: {
      'src/adapters/thrown.ts': "export const thrown = () => {\n  throw 'text'\n}\n",
      'src/adapters/cause.ts':
        "export const cause = (act: () => void) => {\n  try {\n    act()\n  } catch (error) {\n    throw new Error('failed')\n  }\n}\n",
    },
    says: ['src/adapters/thrown.ts … only-throw-error', 'src/adapters/cause.ts … preserve-caught-error'],
  },
  {
    what: 'a value import of a type',
    files: { 'src/core/imports-type.ts': "import { Result } from './result.ts'\nexport type Planted = Result<1, 2>\n" },
    says: ['src/core/imports-type.ts … consistent-type-imports'],
  },
  {
    what: 'a cycle',
    files: {
      'src/core/hen.ts': "import { egg } from './egg.ts'\nexport const hen = (): unknown => egg\n",
      'src/core/egg.ts': "import { hen } from './hen.ts'\nexport const egg = (): unknown => hen\n",
    },
    says: ['src/core/hen.ts … no-cycle'],
  },
  {
    what: 'a default export, a barrel, and a file name in capitals',
    files: {
      'src/core/default-export.ts': 'export default 1\n',
      'src/core/barrel.ts': "export * from './result.ts'\n",
      'src/core/CamelCase.ts': 'export const camel = 1\n',
    },
    says: [
      'src/core/default-export.ts … no-default-export',
      'src/core/barrel.ts … no-barrel-file',
      'src/core/CamelCase.ts … filename-case',
    ],
  },
  {
    what: 'a file of more than 300 lines',
    files: {
      'src/core/long.ts': Array.from({ length: 301 }, (_, line) => `export const line${line} = ${line}\n`).join(''),
    },
    says: ['src/core/long.ts … max-lines'],
  },
  {
    what: 'work left for later',
    files: { 'src/core/later.ts': '// TODO finish\nexport const later = 1\n' },
    says: ['src/core/later.ts … no-warning-comments'],
  },
  {
    what: 'a test that is the only one to run',
    files: { 'test/only.test.ts': "import { expect, it } from 'vitest'\nit.only('runs', () => expect(1).toBe(1))\n" },
    says: ['test/only.test.ts … no-focused-tests'],
  },
]

export const types: readonly Breach[] = [
  {
    what: 'a text where a number belongs',
    files: { 'src/core/number.ts': "export const planted: number = 'text'\n" },
    says: ['src/core/number.ts … TS2322'],
  },
  {
    what: 'an index that may be absent',
    files: { 'src/core/index-access.ts': 'export const first = (of: readonly number[]): number => of[0]\n' },
    says: ['src/core/index-access.ts … TS2322'],
  },
  {
    what: 'syntax that Node cannot strip',
    files: { 'src/core/enumeration.ts': 'export enum Planted {\n  one,\n}\n' },
    says: ['src/core/enumeration.ts … TS1294'],
  },
]

const reached = 'export const reached = 1\nexport type Reached = number\n'

export const layers: readonly Breach[] = [
  {
    what: 'the core that imports an adapter',
    files: {
      'src/adapters/reached.ts': reached,
      'src/core/reach.ts': "import { reached } from '#adapters/reached.ts'\nexport const reach = reached\n",
    },
    says: ['core-layer: src/core/reach.ts', 'The core is pure domain'],
  },
  {
    what: 'the core that imports only a type of an adapter',
    files: {
      'src/core/reach-type.ts': "import type { Reached } from '#adapters/reached.ts'\nexport type Reach = Reached\n",
    },
    says: ['core-layer: src/core/reach-type.ts'],
  },
  {
    what: 'the core that imports Node, and its hashing that imports more than crypto',
    files: {
      'src/core/reach-node.ts': "import { readFileSync } from 'node:fs'\nexport const reach = readFileSync\n",
      'src/core/hash.ts': "import { readFileSync } from 'node:fs'\nexport const hash = readFileSync\n",
    },
    says: ['core-without-node: src/core/reach-node.ts', 'core-hash-only-crypto: src/core/hash.ts'],
  },
  {
    what: 'the core that imports a client of the cloud',
    files: {
      'src/core/reach-package.ts':
        "import { StateMachine } from 'aws-local-stepfunctions'\nexport const reach = StateMachine\n",
    },
    says: ['core-layer: src/core/reach-package.ts'],
  },
  {
    what: 'an operation that imports an adapter',
    files: {
      'src/operations/reach.ts': "import { reached } from '#adapters/reached.ts'\nexport const reach = reached\n",
    },
    says: ['operations-layer: src/operations/reach.ts'],
  },
  {
    what: 'a port that imports an operation',
    files: {
      'src/operations/reached.ts': reached,
      'src/ports/reach.ts': "import type { Reached } from '#operations/reached.ts'\nexport type Reach = Reached\n",
    },
    says: ['ports-layer: src/ports/reach.ts'],
  },
  {
    what: 'a contract that imports a port',
    files: {
      'src/ports/reached.ts': reached,
      'src/contract/reach.ts': "import type { Reached } from '#ports/reached.ts'\nexport type Reach = Reached\n",
    },
    says: ['contract-layer: src/contract/reach.ts'],
  },
  {
    what: 'an adapter and an agent that import an operation',
    files: {
      'src/adapters/reach.ts': "import { reached } from '#operations/reached.ts'\nexport const reach = reached\n",
      'src/agent/reach.ts': "import { reached } from '#operations/reached.ts'\nexport const reach = reached\n",
    },
    says: ['adapters-layer: src/adapters/reach.ts', 'agent-layer: src/agent/reach.ts'],
  },
  {
    what: 'a shell that imports the local control plane, and the reverse',
    files: {
      'src/local/reached.ts': reached,
      'src/cli/reached.ts': reached,
      'src/cli/reach.ts': "import { reached } from '#local/reached.ts'\nexport const reach = reached\n",
      'src/local/reach.ts': "import { reached } from '#cli/reached.ts'\nexport const reach = reached\n",
    },
    says: ['cli-layer: src/cli/reach.ts', 'local-layer: src/local/reach.ts'],
  },
  {
    what: 'the client that imports what is behind the API',
    files: {
      'src/operations/reached.ts': reached,
      'src/client/reach.ts': "import { reached } from '#operations/reached.ts'\nexport const reach = reached\n",
    },
    says: ['client-layer: src/client/reach.ts', 'The client knows a control plane by its API alone'],
  },
  {
    what: 'an account that imports one machine, a container that imports an operation, and a deployer that imports stacks',
    files: {
      'src/local/reached.ts': reached,
      'src/operations/reached.ts': reached,
      'src/account/reach.ts': "import { reached } from '#local/reached.ts'\nexport const reach = reached\n",
      'src/container/reach.ts': "import { reached } from '#operations/reached.ts'\nexport const reach = reached\n",
      'src/deployer/reach.ts': "import { overrides } from '../../lib/overrides.ts'\nexport const reach = overrides\n",
    },
    says: [
      'account-layer: src/account/reach.ts',
      'container-layer: src/container/reach.ts',
      'deployer-layer: src/deployer/reach.ts',
    ],
  },
  {
    what: 'a handler that wires an adapter',
    files: {
      'lambdas/planted/handler.ts': "import { reached } from '#adapters/reached.ts'\nexport const reach = reached\n",
    },
    says: ['handler-layer: lambdas/planted/handler.ts'],
  },
  {
    what: 'a stack that imports the domain, and a CDK app that does',
    files: {
      'src/core/reached.ts': reached,
      'lib/reach.ts': "import { reached } from '#core/reached.ts'\nexport const reach = reached\n",
      'bin/app.ts': "import { reached } from '#core/reached.ts'\nexport const reach = reached\n",
    },
    says: ['lib-layer: lib/reach.ts', 'app-layer: bin/app.ts'],
  },
  {
    what: 'a house entered by a relative path',
    files: {
      'src/adapters/relative.ts': "import { reached } from '../ports/reached.ts'\nexport const reach = reached\n",
    },
    says: ['subpath-between-houses: src/adapters/relative.ts'],
  },
  {
    what: 'a development package in the product',
    files: { 'src/adapters/develop.ts': "import fc from 'fast-check'\nexport const develop = fc\n" },
    says: ['no-dev-dependency: src/adapters/develop.ts'],
  },
  {
    what: 'a cycle',
    files: {
      'src/core/hen.ts': "import { egg } from './egg.ts'\nexport const hen = (): unknown => egg\n",
      'src/core/egg.ts': "import { hen } from './hen.ts'\nexport const egg = (): unknown => hen\n",
    },
    says: ['no-circular: src/core/egg.ts'],
  },
  {
    what: 'a file that nothing knows, and an import of nothing',
    files: {
      'src/core/orphan.ts': 'export const orphan = 1\n',
      'src/core/reach-nothing.ts': "import { nothing } from './nothing.ts'\nexport const reach = nothing\n",
    },
    says: ['no-orphans: src/core/orphan.ts', 'not-unresolvable: src/core/reach-nothing.ts'],
  },
]

export const names: readonly Breach[] = [
  {
    what: 'names that could hold anything',
    files: { 'src/core/graph-utils.ts': 'export {}\n', 'src/core/helpers/graph.ts': 'export {}\n' },
    says: ['names: src/core/graph-utils.ts', 'names: src/core/helpers/graph.ts'],
  },
]

export const deadcode: readonly Breach[] = [
  {
    what: 'a file that nothing uses',
    files: { 'src/core/unused.ts': reached },
    says: ['Unused files', 'src/core/unused.ts'],
  },
  {
    what: 'an export that nothing uses',
    files: {
      'src/core/half-used.ts': 'export const used = 1\nexport const idle = 2\n',
      'test/half-used.test.ts': "import { used } from '#core/half-used.ts'\nexport const planted = used\n",
    },
    says: ['Unused exports', 'idle'],
  },
  {
    what: 'a package that is not declared',
    files: { 'test/undeclared.test.ts': "import 'left-pad'\n" },
    says: ['Unlisted dependencies', 'left-pad'],
  },
]
