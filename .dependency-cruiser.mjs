/**
 * Who may know whom. Each rule says what to do instead; the picture is in ARCHITECTURE.md.
 * `scripts/check-layers.ts` runs these and also refuses a run that did not see every source file.
 */

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})/`

/** One house and all that it may import: other houses, npm packages, and Node itself if `node` is true. */
const house = (name, path, { houses, packages, node, advice }) => ({
  name: `${name}-layer`,
  severity: 'error',
  comment: advice,
  from: { path },
  to: {
    pathNot: [path, ...houses, ...(packages === 'any' ? ['(^|/)node_modules/'] : packages.map((one) => npm(one)))],
    dependencyTypesNot: node ? ['core'] : [],
    couldNotResolve: false,
  },
})

/** What builds put into their files, the package's and those of Lambda functions: nobody who runs them needs these beside. */
const built = npm(
  '@aws-lambda-powertools/[^/]+',
  '@aws-sdk/[^/]+',
  '@smithy/[^/]+',
  'ajv',
  'aws-local-stepfunctions',
  'canonicalize',
  'commander',
  'ignore',
  'openapi-fetch',
  'yaml',
  'zod',
)

/** What whoever deploys installs beside the package, and is looked for when they do. */
const brought = npm('@aws-cdk/toolkit-lib')

const core = '^src/core/'
const ports = '^src/ports/'
const operations = '^src/operations/'
const contract = '^src/contract/'
const adapters = '^src/adapters/'
const agent = '^src/agent/'
const client = '^src/client/'
const local = '^src/local/'
const cli = '^src/cli/'
const account = '^src/account/'
const container = '^src/container/'
const deployer = '^src/deployer/'
const lambdas = '^lambdas/'
const lib = '^lib/'
const app = '^bin/app\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    house('core', core, {
      houses: [],
      packages: ['zod', 'yaml', 'canonicalize'],
      node: true,
      advice:
        'The core is pure domain: it knows only itself. Declare what it needs as an argument, ' +
        'or move the code that needs the outside to operations (through a port) or to an adapter.',
    }),
    {
      name: 'core-without-node',
      severity: 'error',
      comment:
        'The core does no I/O. Only src/core/hash.ts may import node:crypto; return a value and let an adapter act.',
      from: { path: core, pathNot: '^src/core/hash\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-hash-only-crypto',
      severity: 'error',
      comment: 'src/core/hash.ts may import node:crypto and nothing else of Node.',
      from: { path: '^src/core/hash\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    house('contract', contract, {
      houses: [core],
      packages: ['zod'],
      node: false,
      advice:
        'The contract is what two sides share as data: types, schemas, names. It may use core types; behaviour belongs elsewhere.',
    }),
    house('ports', ports, {
      houses: [core, contract],
      packages: [],
      node: false,
      advice: 'A port is an interface in words of core and contract. What makes it real is an adapter.',
    }),
    house('operations', operations, {
      houses: [core, ports, contract],
      packages: ['zod'],
      node: false,
      advice:
        'An operation knows the outside through ports only: add a method to a port and implement it in the adapters.',
    }),
    house('adapters', adapters, {
      houses: [core, ports, contract],
      packages: 'any',
      node: true,
      advice:
        'An adapter makes one port real. If it needs an operation, the decision belongs in that operation instead.',
    }),
    house('agent', agent, {
      houses: [core, ports, contract],
      packages: 'any',
      node: true,
      advice: 'The agent runs one command anywhere: it talks to the control plane through ports and the contract.',
    }),
    house('client', client, {
      houses: [core, contract],
      packages: ['openapi-fetch', '@smithy/core', '@smithy/signature-v4'],
      node: true,
      advice:
        'The client knows a control plane by its API alone: what both sides share is in the contract, all else is asked for.',
    }),
    house('local', local, {
      houses: [core, ports, contract, operations, adapters, agent, lambdas],
      packages: 'any',
      node: true,
      advice: 'The local control plane wires everything but the shell: hand values out, and let src/cli draw them.',
    }),
    house('account', account, {
      houses: [core, ports, contract, operations, adapters, lambdas],
      packages: 'any',
      node: true,
      advice:
        'The control plane of an account wires operations and handlers to its adapters: behaviour belongs to them.',
    }),
    house('container', container, {
      houses: [core, ports, contract, agent, adapters],
      packages: 'any',
      node: true,
      advice: 'The entry point of a container wires the agent to adapters: what any clone needs belongs to the agent.',
    }),
    house('deployer', deployer, {
      houses: [core, ports, contract, operations, adapters],
      packages: 'any',
      node: true,
      advice:
        'What deploys drives the CDK and looks at accounts; the stacks are an app of their own, which it starts by its path.',
    }),
    house('cli', cli, {
      houses: [core, contract],
      packages: 'any',
      node: true,
      advice: 'The CLI is a shell over the contract. bin/forkcast.ts wires it; take what you need as an argument.',
    }),
    // The types of what AWS hands over are a development package, and are imported as types.
    house('handler', '^lambdas/(?![^/]+/entry\\.ts$)', {
      houses: [core, ports, contract, operations],
      packages: ['zod', '@types/aws-lambda'],
      node: false,
      advice: 'A handler decodes, calls one operation and encodes. Adapters are wired in entry.ts beside it.',
    }),
    house('lib', lib, {
      houses: [contract],
      packages: ['aws-cdk-lib', 'constructs'],
      node: true,
      advice: 'Stacks know the contract, and Lambdas by path only: share a name or a type through src/contract.',
    }),
    house('app', app, {
      houses: [lib, '^cdk\\.json$'],
      packages: ['aws-cdk-lib'],
      node: true,
      advice:
        'The CDK app hands overrides to stacks: what it needs to know of the product is a prop of a stack in lib.',
    }),
    {
      name: 'nobody-imports-an-entry',
      severity: 'error',
      comment:
        'Entry points and tools are started, not imported. Move what you need into the house that owns the concept.',
      from: { path: '^(src|lib|lambdas|bin)/' },
      to: { path: ['^(bin|scripts|examples|bench|test|infra-tests)/', '^lambdas/[^/]+/entry\\.ts$'] },
    },
    {
      name: 'subpath-between-houses',
      severity: 'error',
      comment: 'Between houses use the subpath import (#core/…, #ports/…), so that every crossing is seen at a glance.',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/$1/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment:
        'The product is built from few packages. Add this one to them here, or move its use to test/ or scripts/.',
      // The CDK deploys the product and is no part of it: whoever deploys installs it, and its types are all that is needed before.
      from: { path: '^(src|lambdas|bin)/', pathNot: app },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: [built, brought] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Two files that import each other are one concept, or hide a third: join them or name it.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nothing imports this file and it imports nothing: wire it in or remove it.',
      from: { orphan: true, path: '^(src|lib|lambdas)/' },
      to: {},
    },
    {
      name: 'not-unresolvable',
      severity: 'error',
      comment: 'This import does not resolve: mind the .ts extension, or add the package to package.json.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports are knowledge too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
