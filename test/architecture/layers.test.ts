import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { findCycle, forbiddenArrows, readSources, sourceFile, type Layers } from './import-graph.ts';

const FILES = readSources(fileURLToPath(new URL('../../', import.meta.url)));

const GRAMMAR = ['common', 'common/scim'];
const SERVICE_CORE = [...GRAMMAR, 'scim-service/scim', 'scim-service/domain', 'scim-service/provisioning'];
const OPERATOR_CORE = [...GRAMMAR, 'operator/api', 'operator/breaker', 'operator/reconcile', 'operator/controller'];
const SERVICE_ADAPTERS = [
  'scim-service/http',
  'scim-service/tenancy',
  'scim-service/config-feed',
  'scim-service/persistence/mongo',
  'scim-service/persistence/sqlite',
];
const OPERATOR_ADAPTERS = ['operator/queue', 'operator/kube', 'operator/notify'];

/** Who may import whom. Adapters are in nobody's list but their program's top folder, where main, config and compose stand. */
const LAYERS: Layers = {
  common: [],
  'common/scim': ['common'],
  'common/kubernetes': ['common'],

  'scim-service/scim': GRAMMAR,
  'scim-service/domain': [...GRAMMAR, 'scim-service/scim'],
  'scim-service/provisioning': [...GRAMMAR, 'scim-service/scim', 'scim-service/domain'],
  'scim-service/tenancy': SERVICE_CORE,
  'scim-service/http': [...SERVICE_CORE, 'scim-service/tenancy'],
  'scim-service/persistence/mongo': SERVICE_CORE,
  'scim-service/persistence/sqlite': SERVICE_CORE,
  'scim-service/config-feed': ['common', 'common/kubernetes', 'scim-service/tenancy'],
  'scim-service/upkeep': [...SERVICE_CORE, 'scim-service/tenancy'],
  'scim-service': [...SERVICE_CORE, ...SERVICE_ADAPTERS, 'scim-service/upkeep', 'common/kubernetes'],

  'operator/api': ['common'],
  'operator/breaker': ['common', 'operator/api'],
  'operator/reconcile': [...GRAMMAR, 'operator/api', 'operator/breaker'],
  'operator/controller': [...GRAMMAR, 'operator/api', 'operator/breaker', 'operator/reconcile'],
  'operator/queue': OPERATOR_CORE,
  'operator/kube': [...OPERATOR_CORE, 'common/kubernetes'],
  'operator/notify': OPERATOR_CORE,
  operator: [...OPERATOR_CORE, ...OPERATOR_ADAPTERS, 'common/kubernetes'],

  standalone: [
    ...SERVICE_CORE,
    ...SERVICE_ADAPTERS,
    ...OPERATOR_CORE,
    ...OPERATOR_ADAPTERS,
    'scim-service',
    'operator',
    'standalone/directory-cluster',
  ],
  'standalone/directory-cluster': OPERATOR_CORE,

  // What it prints must be what the programs would do, so it is made of their parts.
  cli: [
    ...SERVICE_CORE,
    'scim-service/http',
    'scim-service/persistence/mongo',
    'scim-service/persistence/sqlite',
    'scim-service',
    ...OPERATOR_CORE,
    'operator/kube',
    'common/kubernetes',
    'standalone',
    'standalone/directory-cluster',
  ],
};

/** A package that only some folders may know. */
const CONFINED: Readonly<Record<string, readonly string[]>> = {
  '@kubernetes/client-node': ['common/kubernetes/'],
  mongoose: ['scim-service/persistence/mongo/'],
  mongodb: ['scim-service/persistence/mongo/'],
  'node:sqlite': ['scim-service/persistence/sqlite/'],
  nodemailer: ['operator/notify/'],
  hono: ['scim-service/http/'],
  '@hono/node-server': ['scim-service/http/'],
};

describe('the layout of the source', () => {
  test('has no import cycle', () => {
    expect(findCycle(FILES)).toBeNull();
  });

  test('has only the arrows of the table', () => {
    expect(forbiddenArrows(FILES, LAYERS)).toEqual([]);
  });

  test.each(Object.entries(CONFINED))('keeps %s to %j', (name, folders) => {
    const strays = FILES.filter((file) => file.packages.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
      .map((file) => file.path)
      .filter((path) => !folders.some((folder) => path.startsWith(folder)));
    expect(strays).toEqual([]);
  });

  test('loads client-node for the kubeconfigs alone that nothing else can read, since it is half the memory of a program', () => {
    const loading = FILES.filter(({ text }) => /^import (?!type )[^;]*'@kubernetes\/client-node/m.test(text));
    expect(loading.map(({ path }) => path)).toEqual([]);
  });

  test('has no file over 250 lines', () => {
    expect(FILES.filter((file) => file.lines > 250).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
  });

  test('has kebab-case names, no barrels and no default exports', () => {
    expect(FILES.filter((file) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file.path)).map((file) => file.path)).toEqual([]);
    expect(FILES.filter((file) => /\/(index|utils|helpers|manager)\.ts$/.test(file.path)).map((file) => file.path)).toEqual([]);
    expect(FILES.filter((file) => /^export default/m.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});

describe('the checks themselves', () => {
  test('see a cycle', () => {
    const files = [
      sourceFile('common/a.ts', "import { b } from './b.ts';"),
      sourceFile('common/b.ts', "export { a } from '#common/a.ts';"),
    ];
    expect(findCycle(files)).toEqual(['common/a.ts', 'common/b.ts', 'common/a.ts']);
  });

  test('see a forbidden arrow, type imports and multi-line imports included', () => {
    const files = [sourceFile('operator/api/a.ts', "import type {\n  Plan,\n} from '../reconcile/plan.ts';")];
    expect(forbiddenArrows(files, LAYERS)).toEqual([
      'operator/api/a.ts (operator/api) must not import operator/reconcile/plan.ts (operator/reconcile)',
    ]);
  });

  test('look at every program', () => {
    expect(FILES.length).toBeGreaterThan(50);
  });
});
