import mongoose from 'mongoose';
import { readDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import { parseObject } from '#common/kubernetes/kubernetes-object.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { podReportSchema } from '#common/pod-report.ts';
import type { Actual, ActualAnswer, ActualPod, ActualStore, ActualTenant } from './audit/actual.ts';
import type { Installation, Member } from './installation.ts';
import { keyOf, type TenantIntent } from './model/tenant-intent.ts';
import type { DirectoryLine } from './walk/directory-line.ts';

const DERIVED = '/api/v1/namespaces/scim-operator-config/secrets';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/scim-operator/leases/scim-operator';
const ALL_TENANTS = '/apis/scim-operator.dev/v1alpha1/scimtenants';

export interface ObserveParts {
  readonly installation: Installation;
  readonly intents: readonly TenantIntent[];
  readonly directory: DirectoryLine;
}

/** Reads all that an audit compares. @throws while a part does not answer */
export async function observe({ installation, intents, directory }: ObserveParts): Promise<Actual> {
  const { cluster, pods, operators } = installation;
  const get = async (
    path: string,
  ): Promise<{ readonly items: readonly object[]; readonly spec?: { readonly holderIdentity?: string } }> => {
    const answer = await cluster.api.send({ method: 'GET', path });
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status}`);
    return answer.body;
  };
  const [tenants, derived, lease, served, stores] = await Promise.all([
    get(ALL_TENANTS),
    get(DERIVED),
    get(LEASE),
    Promise.all(pods.map(reportOf)),
    readStores(installation),
  ]);
  const configs = new Map(derived.items.map((item) => [parseObject(item).metadata.name, configOf(item)]));
  const found = new Map<string, ActualTenant>();
  for (const item of tenants.items) {
    const { namespace, name } = parseObject(item).metadata as { namespace: string; name: string };
    const intent = intents.find((candidate) => keyOf(candidate) === keyOf({ namespace, name }));
    found.set(keyOf({ namespace, name }), {
      resource: item,
      derived: configs.get(`${namespace}.${name}`) ?? null,
      answers: intent ? await answersOf(pods, intent, directory) : [],
    });
  }
  return {
    tenants: found,
    derivedSecrets: [...configs.keys()],
    leaseHolder: lease.spec?.holderIdentity ?? '',
    operators: operators.map(({ name }) => name),
    pods: served,
    stores,
    mails: cluster.smtp.mails,
  };
}

function configOf(item: object): TenantConfig | null {
  try {
    return readDerivedSecret(parseObject(item));
  } catch {
    return null;
  }
}

async function reportOf({ name, adminPort }: Member): Promise<ActualPod> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/internal/v1/report`, { signal: AbortSignal.timeout(5_000) });
  const { tenants } = podReportSchema.parse(await answer.json());
  const served = Object.entries(tenants).map(([key, { generation, revision, epoch }]) => [key, { generation, revision, epoch }] as const);
  return { name, served: new Map(served) };
}

async function answersOf(pods: readonly Member[], intent: TenantIntent, directory: DirectoryLine): Promise<readonly ActualAnswer[]> {
  const tokens = [...(intent.token === null ? [] : [intent.token]), ...intent.otherTokens.keys(), 'a-token-that-nobody-has-made'];
  return Promise.all(
    pods.flatMap((pod) =>
      tokens.map(async (token): Promise<ActualAnswer> => {
        const reply = await directory.sendTo(pod, intent, token, { method: 'GET', path: '/Users', query: 'count=1' });
        if (reply.kind === 'answered') {
          return { pod: pod.name, token, status: reply.status, detail: '', total: reply.body?.totalResults ?? null };
        }
        const [status = '0', ...detail] = reply.why.split(' ');
        return { pod: pod.name, token, status: Number(status) || 0, detail: detail.join(' '), total: null };
      }),
    ),
  );
}

/** As the product has the database open. */
async function readStores({ cluster }: Installation): Promise<ReadonlyMap<string, ActualStore>> {
  const connection = await mongoose.createConnection(cluster.mongo.uri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  try {
    // oxlint-disable-next-line typescript/no-explicit-any -- documents as they are stored
    const all = (name: string): Promise<any[]> => connection.collection(name).find({}).toArray();
    const [users, groups, memberships] = await Promise.all([all('users'), all('groups'), all('memberships')]);
    const keys = new Set([...users, ...groups, ...memberships].map(({ tenant }) => String(tenant)));
    return new Map(
      [...keys].map((key) => [
        key,
        {
          users: users
            .filter(({ tenant }) => tenant === key)
            .map(({ _id: id, deleted, active, resource, person }) => ({
              id,
              isDeleted: deleted,
              active,
              resource: decoded(resource),
              record: person,
            })),
          groups: groups.filter(({ tenant }) => tenant === key).map(({ _id: id, resource }) => ({ id, displayName: resource.displayName })),
          memberships: memberships.filter(({ tenant }) => tenant === key).map(({ group, member, visible }) => ({ group, member, visible })),
        },
      ]),
    );
  } finally {
    await connection.close();
  }
}

/** Dots in the names of fields are stored as %2E. */
function decoded(resource: object): object {
  return Object.fromEntries(Object.entries(resource).map(([name, value]) => [name.replaceAll('%2E', '.'), value]));
}
