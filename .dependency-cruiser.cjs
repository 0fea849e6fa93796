/** The boundaries of ARCHITECTURE.md: who may import whom, and which vendor lives in which room. */

const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/` },
  to: { path: '^(apps|packages|docker)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
})

const vendor = (name, modules, rooms) => ({
  name: `${name}-in-its-room`,
  comment: `${name} is known only to ${rooms.join(', ')}; everybody else sees a port.`,
  severity: 'error',
  from: { path: '^(apps|packages)/', pathNot: `^(${rooms.join('|')})/` },
  to: { path: `(^|/)node_modules/(${modules.join('|')})(/|$)` },
})

const domain = 'packages/domain'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^\\./generated/' },
    },
    {
      name: 'no-unlisted-vendor',
      comment: 'A package that the workspace does not declare breaks when hoisting changes.',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'source-without-tests',
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
    only('domain-alone', domain, [], 'The language and judgement of the service depend on nothing of ours.'),
    only('workflows-see-ports', 'packages/workflows', [domain], 'Runbooks see ports, never adapters.'),
    only('store-sees-domain', 'packages/store', [domain], 'Adapters never import each other.'),
    only('queue-sees-domain', 'packages/queue', [domain], 'Adapters never import each other.'),
    only('vault-sees-domain', 'packages/vault', [domain], 'Adapters never import each other.'),
    only('fleet-sees-domain', 'packages/fleet', [domain], 'Adapters never import each other.'),
    only(
      'api-has-no-fleet',
      'apps/api',
      [domain, 'packages/store', 'packages/queue', 'packages/vault'],
      'The API cannot reach an engine or a node, not even by mistake.',
    ),
    only('worker-has-no-api', 'apps/worker', ['packages'], 'The two apps meet in Postgres only.'),
    only('patterns-alone', 'packages/patterns', [], 'It is published by itself, for applications.'),
    only(
      'demo-is-an-application',
      'apps/demo',
      ['packages/patterns', 'docker/bootstrap'],
      'The demo uses the service as its customers do: by its API and the library.',
    ),
    {
      name: 'domain-imports-no-vendor',
      severity: 'error',
      from: { path: `^${domain}/`, pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm', 'core'],
        pathNot: ['(^|/)node_modules/zod/', '^(node:)?(crypto|util)$'],
      },
    },
    vendor('Prisma', ['@prisma', 'prisma'], ['packages/store']),
    vendor('Postgres client', ['pg'], ['packages/store', 'apps/demo']),
    vendor('BullMQ', ['bullmq'], ['packages/queue']),
    vendor('Redis client', ['ioredis'], ['packages/queue', 'packages/fleet', 'packages/patterns']),
    vendor('Memcached client', ['memcache-client'], ['packages/patterns']),
    vendor('Docker and certificates', ['dockerode', '@peculiar'], ['packages/fleet']),
    vendor('S3', ['@aws-sdk', '@smithy'], ['packages/vault']),
    vendor('Fastify', ['fastify', '@fastify', 'fastify-[^/]*'], ['apps/api', 'apps/demo']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(^|/)dist/', 'packages/store/src/generated/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@cacheplane/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
