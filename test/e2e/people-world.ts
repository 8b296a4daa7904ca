import mongoose from 'mongoose';
import { startMongoGate, type MongoGate } from '../support/mongo-gate.ts';
import type { Program } from '../support/program.ts';
import type { ScimClient } from '../support/scim-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startCluster, type Cluster, type ServicePod } from './cluster.ts';

type Operator = Program & { readonly adminPort: number };

/** An operator and two pods of the service over one database, all of which tell as much in their logs as they can. */
export class PeopleWorld implements AsyncDisposable {
  readonly cluster: Cluster;
  /** As the product has it open. */
  readonly database: mongoose.Connection;
  readonly pods: ServicePod[] = [];
  /** All that ever ran. */
  readonly programs: Program[] = [];
  operator!: Operator;
  readonly #gates: readonly MongoGate[];
  #stack = new AsyncDisposableStack();

  private constructor(cluster: Cluster, database: mongoose.Connection, gates: readonly MongoGate[]) {
    this.cluster = cluster;
    this.database = database;
    this.#gates = gates;
  }

  static async start(): Promise<PeopleWorld> {
    await using stack = new AsyncDisposableStack();
    const cluster = stack.use(await startCluster({ logLevel: 'debug' }));
    const gates = [stack.use(await startMongoGate(cluster.mongo)), stack.use(await startMongoGate(cluster.mongo))];
    const database = stack.adopt(await mongoose.createConnection(cluster.mongo.uri).asPromise(), (connection) => connection.close());
    const world = new PeopleWorld(cluster, database, gates);
    await world.startOperator();
    await Promise.all([world.startPod(0), world.startPod(1)]);
    world.#stack = stack.move();
    return world;
  }

  async startOperator(): Promise<void> {
    this.operator = await this.cluster.startOperator('operator-0');
    this.programs.push(this.operator);
  }

  /** A pod that ran before comes back on its ports. */
  async startPod(index: number): Promise<void> {
    const pod = await this.cluster.startService(`scim-${index}`, this.pods[index] ?? { mongoPort: this.#gates[index]!.port });
    this.pods[index] = pod;
    this.programs.push(pod.program);
  }

  async applyTenant(name: string, spec: object): Promise<void> {
    await this.cluster.apply({
      apiVersion: 'scim-operator.dev/v1alpha1',
      kind: 'ScimTenant',
      metadata: { name, namespace: 'team-hr' },
      spec: { tokenSecretRef: { name: 'acme-scim-token' }, rateLimit: { requestsPerSecond: 10_000, burst: 10_000 }, ...spec },
    });
    await this.untilServed(`team-hr/${name}`);
  }

  /** As it is now, on both pods. */
  async untilServed(tenant: string): Promise<void> {
    await waitUntil(
      async () => {
        const { metadata, status } = await this.cluster.tenant(tenant);
        const { generation, pods, acknowledged } = status.programmed;
        return [status.observedGeneration, generation].every((seen) => seen === metadata.generation) && pods === 2 && acknowledged === 2;
      },
      { what: `${tenant} in service on both pods`, timeoutMs: 30_000 },
    );
  }

  /** The pods take turns, as behind a Service. */
  clientOf(tenant: string): ScimClient {
    let turns = 0;
    const clients = this.pods.map((pod) => pod.clientOf(tenant));
    return { baseUrl: clients[0]!.baseUrl, send: (request) => clients[turns++ % clients.length]!.send(request) };
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into documents freely
  documents(tenant: string, query: object = {}): Promise<any[]> {
    return this.database
      .collection('users')
      .find({ tenant, ...query })
      .toArray();
  }

  /** Of the tenant in `team-hr` that has this name. */
  async events(name: string, reason: string): Promise<readonly { readonly type: string; readonly message: string }[]> {
    const { body } = await this.cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/team-hr/events' });
    return body.items.filter(
      (event: { involvedObject: { name: string }; reason: string }) => event.involvedObject.name === name && event.reason === reason,
    );
  }

  /** `status.sync` once its re-projection is as expected. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a status as the API server shows it
  async reprojected(tenant: string, expected: { readonly state: string; readonly done?: number }): Promise<any> {
    const probe = async (): Promise<unknown> => {
      const { sync } = (await this.cluster.tenant(tenant)).status;
      const { state, done } = sync.reprojection ?? {};
      return state === expected.state && done === (expected.done ?? done) && sync;
    };
    return waitUntil(probe, { what: `re-projection ${JSON.stringify(expected)}`, timeoutMs: 90_000 });
  }

  /** Holds the n-th batch of people, and those after it, on the way to the database. @returns which pod sent it */
  async holdBatch(nth: number): Promise<0 | 1> {
    // Requests write one person at a time, in order.
    const isBatch = (command: Readonly<Record<string, unknown>>): boolean => command['update'] === 'users' && command['ordered'] === false;
    return Promise.race(this.#gates.map((gate, index) => gate.holdFrom(nth, isBatch).then(() => (index === 0 ? 0 : 1))));
  }

  /** Lets no new person into the database. */
  holdNewcomers(): void {
    for (const gate of this.#gates) void gate.holdFrom(1, (command) => command['insert'] === 'users');
  }

  /** Ends what was held. */
  letPass(): void {
    for (const gate of this.#gates) gate.open();
  }

  /** All that a person could read who may see no people. */
  async told(): Promise<Readonly<Record<string, string>>> {
    const { api, smtp } = this.cluster;
    const get = async (path: string): Promise<string> => JSON.stringify((await api.send({ method: 'GET', path })).body);
    const ports = [this.operator.adminPort, ...this.pods.map(({ adminPort }) => adminPort)];
    const page = async (port: number, path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    return {
      tenants: await get('/apis/scim-operator.dev/v1alpha1/scimtenants'),
      events: await get('/api/v1/events'),
      configs: (await api.send({ method: 'GET', path: '/api/v1/secrets' })).body.items
        .flatMap(({ data }: { data?: Record<string, string> }) => Object.values(data ?? {}))
        .map((value: string) => Buffer.from(value, 'base64').toString())
        .join('\n'),
      metrics: (await Promise.all(ports.map((port) => page(port, '/metrics')))).join('\n'),
      reports: (await Promise.all(ports.slice(1).map((port) => page(port, '/internal/v1/report')))).join('\n'),
      logs: this.programs.flatMap(({ lines }) => lines).join('\n'),
      mails: JSON.stringify(smtp.mails),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
