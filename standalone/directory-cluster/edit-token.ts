import { parseAllDocuments, type Document } from 'yaml';
import { ROTATE_AT_ANNOTATION, type ScimTenant } from '#operator/api/scim-tenant.ts';
import type { NewToken } from '#operator/controller/ports.ts';
import { readManifests, YAML_OPTIONS } from './read-manifests.ts';

/**
 * Puts a new token into a Secret in the text of a file, and beside it the value of the tenant's annotation `rotate-at` that
 * it was made for. Comments stay, and so do other keys and other documents.
 * @throws Error when the Secret is not in the text or can't be edited; never with a part of its content
 */
export function editToken(text: string, tenant: ScimTenant, secret: NewToken): string {
  const { namespace } = tenant;
  const documents = [...parseAllDocuments(text, YAML_OPTIONS)] as Document.Parsed[];
  const document = documents.find((other) => isSecret(other, namespace, secret.name));
  if (!document) throw new Error(`Secret ${namespace}/${secret.name} is not in the file any more`);
  enter(document, tenant, secret);
  const edited = documents
    .map((other, index) => {
      if (index > 0) other.directives.docStart = true;
      return other.toString({ lineWidth: 0 });
    })
    .join('');
  const read = readManifests(edited);
  const written = read.readable ? read.secrets.find((other) => other.namespace === namespace && other.name === secret.name) : undefined;
  if (written?.data[secret.key] !== secret.token) {
    throw new Error(`Secret ${namespace}/${secret.name} can't be edited; write its stringData without anchors and aliases`);
  }
  return edited;
}

function enter(document: Document.Parsed, { annotations }: ScimTenant, { key, token }: NewToken): void {
  const rotateAt = annotations[ROTATE_AT_ANNOTATION];
  try {
    document.setIn(['stringData', key], token);
    if (document.hasIn(['data', key])) document.deleteIn(['data', key]);
    if (rotateAt !== undefined) document.setIn(['metadata', 'annotations', ROTATE_AT_ANNOTATION], rotateAt);
  } catch {
    // A part is an alias; the caller finds the text unchanged and says so.
  }
}

function isSecret(document: Document.Parsed, namespace: string, name: string): boolean {
  const object = document.toJS() as { kind?: unknown; metadata?: { name?: unknown; namespace?: unknown } } | null;
  return object?.kind === 'Secret' && object.metadata?.name === name && (object.metadata.namespace ?? 'default') === namespace;
}
