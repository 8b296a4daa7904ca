import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from '../installation.ts';
import type { Fault } from './fault.ts';

/** Faults of the servers beside us, and of the wires to them. */
export const SERVER_FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of the API server',
    target: 'Kubernetes',
    weight: 2,
    async strike({ cluster: { api } }, random) {
      await api.kill();
      await sleep(random.int(0, 10_000));
      await api.start();
    },
  },
  {
    name: 'kill -9 of etcd',
    target: 'Kubernetes',
    weight: 2,
    async strike(installation, random) {
      const { api } = installation.cluster;
      await api.stopEtcd();
      await sleep(random.int(0, 6_000));
      await api.startEtcd();
      await untilAnswered(installation);
    },
  },
  {
    name: 'the API server stands still',
    target: 'Kubernetes',
    weight: 1,
    strike: ({ cluster: { api } }, random) => standStill(api.pids().apiServer, random.int(500, 8_000)),
  },
  {
    name: 'etcd stands still',
    target: 'Kubernetes',
    weight: 1,
    strike: ({ cluster: { api } }, random) => standStill(api.pids().etcd, random.int(500, 8_000)),
  },
  {
    name: 'the wire to the API server is cut',
    target: 'Kubernetes',
    weight: 2,
    async strike({ cluster: { apiWire } }, random) {
      await apiWire?.cut();
      // Now and then longer than a lease.
      await sleep(random.int(200, 20_000));
      await apiWire?.heal();
    },
  },
  {
    name: 'kill -9 of MongoDB',
    target: 'MongoDB',
    weight: 2,
    async strike({ cluster: { mongo } }, random) {
      if (!mongo.owned) return;
      await mongo.kill();
      await sleep(random.int(0, 3_000));
      await mongo.start();
    },
  },
  {
    name: 'MongoDB stands still',
    target: 'MongoDB',
    weight: 1,
    async strike({ cluster: { mongo } }, random) {
      if (mongo.owned) await standStill(mongo.pid(), random.int(500, 6_000));
    },
  },
  {
    name: 'the wire to MongoDB is cut',
    target: 'MongoDB',
    weight: 2,
    async strike({ cluster: { mongoWire } }, random) {
      await mongoWire.cut();
      await sleep(random.int(200, 5_000));
      await mongoWire.heal();
    },
  },
  {
    name: 'the mail server is down',
    target: 'mail',
    weight: 2,
    async strike({ cluster: { smtp } }, random) {
      await smtp.stop();
      await sleep(random.int(3_000, 12_000));
      await smtp.start();
    },
  },
  {
    name: 'the mail server answers 451',
    target: 'mail',
    weight: 2,
    async strike({ cluster: { smtp } }, random) {
      smtp.refuseForNow(true);
      await sleep(random.int(3_000, 12_000));
      smtp.refuseForNow(false);
    },
  },
];

async function standStill(pid: number, milliseconds: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await sleep(milliseconds);
  process.kill(pid, 'SIGCONT');
}

async function untilAnswered({ cluster: { api } }: Installation): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const ready = await api.send({ method: 'GET', path: '/readyz' }).catch(() => null);
    if (ready?.status === 200) return;
    await sleep(200);
  }
  throw new Error(`kube-apiserver is not ready 60 s after etcd came back`);
}
