import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation, Member } from '../installation.ts';
import type { Random } from '../random.ts';
import type { Fault } from './fault.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/scim-operator/leases/scim-operator';

/** Faults of our own programs. */
export const PROGRAM_FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of the leading operator',
    target: 'operator',
    weight: 3,
    seasons: ['storm'],
    strike: async (i, r) => end(i, r, await operator(i, true), 'SIGKILL'),
  },
  {
    name: 'SIGTERM of the leading operator',
    target: 'operator',
    weight: 1,
    seasons: ['storm'],
    strike: async (i, r) => end(i, r, await operator(i, true), 'SIGTERM'),
  },
  {
    name: 'the leading operator stands still for longer than its lease',
    target: 'operator',
    weight: 1,
    strike: async (i, r) => standStill(await operator(i, true), r.int(18_000, 24_000)),
  },
  {
    name: 'the leading operator stands still for a moment',
    target: 'operator',
    weight: 1,
    strike: async (i, r) => standStill(await operator(i, true), r.int(1_000, 4_000)),
  },
  {
    name: 'kill -9 of the waiting operator',
    target: 'operator',
    weight: 1,
    seasons: ['storm'],
    strike: async (i, r) => end(i, r, await operator(i, false), 'SIGKILL'),
  },
  {
    name: 'the waiting operator stands still',
    target: 'operator',
    weight: 1,
    strike: async (i, r) => standStill(await operator(i, false), r.int(2_000, 8_000)),
  },
  {
    name: 'kill -9 of a pod',
    target: 'pod',
    weight: 3,
    strike: (i, r, season) => end(i, r, mortalPod(i, r, season), 'SIGKILL'),
  },
  {
    name: 'SIGTERM of a pod',
    target: 'pod',
    weight: 2,
    strike: (i, r, season) => end(i, r, mortalPod(i, r, season), 'SIGTERM'),
  },
  {
    name: 'a pod stands still',
    target: 'pod',
    weight: 2,
    strike: (i, r) => standStill(r.pick(i.pods), r.int(2_000, 8_000)),
  },
];

/** By the Lease; any while nobody holds it. */
async function operator({ cluster, operators }: Installation, isLeading: boolean): Promise<Member> {
  const lease = await cluster.api.send({ method: 'GET', path: LEASE }).catch(() => null);
  const holder = String(lease?.body.spec?.holderIdentity ?? '').replace(/_[^_]*$/, '');
  const [first, ...others] = operators.toSorted((left) => (left.name === holder ? -1 : 1));
  return (isLeading ? first : others.at(-1)) as Member;
}

/** In mild weather the last one alone, so that the others live long. */
function mortalPod({ pods }: Installation, random: Random, season: string): Member {
  return random.pick(season === 'storm' ? pods : pods.slice(-1));
}

async function end(installation: Installation, random: Random, member: Member, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await installation.restart(member, signal, random.int(300, 2_000));
}

async function standStill(member: Member, milliseconds: number): Promise<void> {
  const { program } = member;
  if (!program.running()) return;
  process.kill(program.pid, 'SIGSTOP');
  await sleep(milliseconds);
  if (program.running()) process.kill(program.pid, 'SIGCONT');
}
