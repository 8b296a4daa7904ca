import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auditReports, coldStart, restart, startPods } from './many-tenants/cold-start.ts';
import { idle } from './many-tenants/idle.ts';
import { startInstallation } from './many-tenants/installation.ts';
import { createTenants } from './many-tenants/kube-store.ts';
import { podStart } from './many-tenants/pod-start.ts';
import { printFigures, seconds } from './many-tenants/print-figures.ts';
import { propagation } from './many-tenants/propagation.ts';
import { nameOf } from './many-tenants/tenant-manifests.ts';

/**
 * `npm run bench:tenants -- [--tenants 10000] [--namespaces 200] [--idle-seconds 60] [--propagation-tenants 1000] [--host-heap] [--profile folder] [--node-options text]`:
 * the two programs as processes, on a real API server, with many tenants. Prints what was measured beside the goal; asserts nothing but
 * that in the end every pod serves what the resources say. A number of tenants of 0 leaves that part out. With `--profile` each process
 * leaves a .cpuprofile in the folder, and the figures are worth nothing. Each program has the heap that
 * the chart gives it; with `--host-heap` Node decides, by the memory of this machine.
 */

const PODS = 2;
/** `heapMiB` of the chart's values. */
const CHART_HEAP = { operator: 192, pod: 256 };
const CHANGES_PER_SECOND = 20;
const CHANGE_SECONDS = 30;

const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '10000' },
    namespaces: { type: 'string', default: '200' },
    'idle-seconds': { type: 'string', default: '60' },
    'propagation-tenants': { type: 'string', default: '1000' },
    profile: { type: 'string' },
    'host-heap': { type: 'boolean', default: false },
    'node-options': { type: 'string', default: '' },
  },
});
const namespaces = Number(values.namespaces);
const profiles = values.profile === undefined ? null : resolve(values.profile);
if (profiles !== null) await mkdir(profiles, { recursive: true });
const options = { profiles, nodeOptions: values['node-options'], heap: values['host-heap'] ? null : CHART_HEAP };

// Leaves through Node's `exit`, on which the programs are killed; a signal alone would leave them running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

process.stdout.write(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${PODS} pods, everything on this machine\n`);
if (Number(values['propagation-tenants']) > 0) await measurePropagation(Number(values['propagation-tenants']));
if (Number(values.tenants) > 0) await measureTenants(Number(values.tenants));

async function measureTenants(tenants: number): Promise<void> {
  await using installation = await startInstallation(options);
  const begin = performance.now();
  await createTenants(installation.client, tenants, namespaces);
  const title = `${tenants.toLocaleString('en')} tenants in ${Math.min(namespaces, tenants)} namespaces`;
  process.stdout.write(`\n${title}, created in ${seconds(performance.now() - begin)}\n`);
  const pods = await startPods(installation, PODS);
  const first = await coldStart(installation, pods, tenants);
  printFigures(`${title}: the operator's first start`, first.figures);
  const { operator, figures } = await restart(installation, first.operator, tenants);
  printFigures(`${title}: the operator starts again`, figures);
  printFigures(`${title}: nothing happens`, await idle(operator, pods, Number(values['idle-seconds'])));
  printFigures(`${title}: a pod starts`, await podStart(installation));
  await Promise.all([operator, ...pods].map(({ program }) => program.stop('SIGTERM')));
}

async function measurePropagation(tenants: number): Promise<void> {
  await using installation = await startInstallation(options);
  await createTenants(installation.client, tenants, namespaces);
  const pods = await startPods(installation, PODS);
  const { operator } = await coldStart(installation, pods, tenants);
  const names = Array.from({ length: tenants }, (_, n) => nameOf(n, namespaces));
  const pace = { tenants: names, perSecond: CHANGES_PER_SECOND, seconds: CHANGE_SECONDS };
  printFigures(`${tenants.toLocaleString('en')} tenants: changes`, await propagation(installation, { operator, pods }, pace));
  await auditReports(installation, pods);
  await Promise.all([operator, ...pods].map(({ program }) => program.stop('SIGTERM')));
}
