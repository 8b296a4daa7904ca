import type { ApiServer } from './api-server.ts';
import type { Manifest } from './chart.ts';
import type { KubernetesAnswer } from './kubernetes-request.ts';
import { waitUntil } from './wait-until.ts';

export interface Applier {
  /** `kubectl apply --server-side --validate=strict` of one object; the kind of a definition is there when it returns. */
  apply(manifest: Manifest): Promise<KubernetesAnswer>;
  /** Applies all. @throws Error with the first answer that is no success */
  applyAll(manifests: readonly Manifest[]): Promise<void>;
  /** Path of the object. */
  pathOf(manifest: Manifest): Promise<string>;
}

/** Finds out by the API's discovery where an object belongs, as kubectl does. */
export function createApplier(api: ApiServer, fieldManager = 'helm'): Applier {
  const known = new Map<string, { readonly name: string; readonly namespaced: boolean }>();

  async function resourceOf({ apiVersion, kind }: Manifest): Promise<{ readonly name: string; readonly namespaced: boolean }> {
    const key = `${apiVersion}/${kind}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    return waitUntil(
      async () => {
        const { body } = await api.send({ method: 'GET', path: groupPath(apiVersion) });
        const resources = body.resources as { name: string; kind: string; namespaced: boolean }[];
        const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
        if (found) known.set(key, found);
        return found;
      },
      { what: `the kind ${key}`, timeoutMs: 15_000 },
    );
  }

  const pathOf = async (manifest: Manifest): Promise<string> => {
    const { name, namespaced } = await resourceOf(manifest);
    const scope = namespaced ? `/namespaces/${manifest.metadata.namespace}` : '';
    return `${groupPath(manifest.apiVersion)}${scope}/${name}/${manifest.metadata.name}`;
  };
  const apply = async (manifest: Manifest): Promise<KubernetesAnswer> =>
    api.send({
      method: 'PATCH',
      path: `${await pathOf(manifest)}?fieldManager=${fieldManager}&force=true&fieldValidation=Strict`,
      body: manifest,
      contentType: 'application/apply-patch+yaml',
    });
  return {
    pathOf,
    apply,
    async applyAll(manifests) {
      for (const manifest of manifests) {
        const { status, body } = await apply(manifest);
        if (status > 299) throw new Error(`apply ${manifest.kind} ${manifest.metadata.name}: ${status} ${JSON.stringify(body)}`);
      }
    },
  };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

export function aNamespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Definition of a kind of another project, as far as its name. */
export function aForeignKind(apiVersion: string, kind: string): Manifest {
  const [group, version] = apiVersion.split('/');
  const plural = `${kind.toLowerCase()}s`;
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // The API server asks for it in groups of the Kubernetes project.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
