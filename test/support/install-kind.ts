import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ApiServer } from './api-server.ts';
import { waitUntil } from './wait-until.ts';

const CRD = new URL('../../crds/scimtenants.yaml', import.meta.url);

/** Makes the kind ScimTenant and these namespaces on a server that has neither; the kind is there when it returns. */
export async function installKind(server: ApiServer, namespaces: readonly string[] = []): Promise<void> {
  const make = async (path: string, body: unknown): Promise<void> => {
    const { status } = await server.send({ method: 'POST', path, body });
    if (status !== 201) throw new Error(`${path}: ${status}`);
  };
  await make('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(await readFile(CRD, 'utf8')));
  for (const name of namespaces) await make('/api/v1/namespaces', { metadata: { name } });
  const isThere = async () => (await server.send({ method: 'GET', path: '/apis/scim-operator.dev/v1alpha1/scimtenants' })).status === 200;
  await waitUntil(isThere, { what: 'the kind ScimTenant', timeoutMs: 20_000 });
}
