import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseAllDocuments, type Document, type Pair, type YAMLMap } from 'yaml';
import { tenantKey, type TenantName } from '#common/tenant-key.ts';
import { KIND } from '#operator/api/scim-tenant.ts';
import { YAML_OPTIONS } from './read-manifests.ts';

/**
 * Sets `spec.enabled` of one ScimTenant in the text of a file. Every other character stays: comments, order, quotes, other
 * documents. Where the value can't be replaced in place (behind an alias, say), the document is written anew with its comments.
 * @throws Error when the tenant is not in the text, or its spec is no map
 */
export function editEnabled(text: string, tenant: TenantName, enabled: boolean): string {
  const documents = [...parseAllDocuments(text, YAML_OPTIONS)] as Document.Parsed[];
  const index = documents.findIndex((document) => isTenant(document, tenant));
  const document = documents[index];
  if (!document) throw new Error(`ScimTenant ${tenantKey(tenant)} is not in the file any more`);
  const wanted = documents.map((other, at) => (at === index ? withEnabled(other.toJS(), enabled) : other.toJS()));
  const means = (edited: string): boolean => {
    const read = [...parseAllDocuments(edited, YAML_OPTIONS)];
    return (
      read.every(({ errors }) => errors.length === 0) &&
      isDeepStrictEqual(
        read.map((other) => other.toJS()),
        wanted,
      )
    );
  };

  const inPlace = replaceInPlace(text, document, enabled);
  if (inPlace !== null && means(inPlace)) return inPlace;
  const rewritten = rewrite(documents, document, enabled);
  if (means(rewritten)) return rewritten;
  throw new Error(`spec.enabled of ScimTenant ${tenantKey(tenant)} can't be edited; write it as a plain line, enabled: ${enabled}`);
}

function isTenant(document: Document.Parsed, { namespace, name }: TenantName): boolean {
  if (document.errors.length > 0) return false;
  const object = document.toJS() as { kind?: unknown; metadata?: { name?: unknown; namespace?: unknown } } | null;
  return object?.kind === KIND && object.metadata?.name === name && (object.metadata.namespace ?? 'default') === namespace;
}

function withEnabled(object: { spec?: unknown }, enabled: boolean): unknown {
  return { ...object, spec: { ...(object.spec as object), enabled } };
}

function replaceInPlace(text: string, document: Document.Parsed, enabled: boolean): string | null {
  const spec = pairOf(document.contents, 'spec');
  if (!spec || !isMap(spec.value)) return null;
  const pair = pairOf(spec.value, 'enabled');
  if (!pair) return insertFirst(text, spec, spec.value, enabled);
  if (!isScalar(pair.value) || !pair.value.range || !isScalar(pair.key) || !pair.key.range) return null;
  const [start, end] = pair.value.range;
  if (start < end) return `${text.slice(0, start)}${enabled}${text.slice(end)}`;
  const behindColon = text.indexOf(':', pair.key.range[1]) + 1;
  return `${text.slice(0, behindColon)} ${enabled}${text.slice(behindColon)}`;
}

/** A line of its own right below `spec:`, or the first entry of a map in braces. */
function insertFirst(text: string, spec: Pair, map: YAMLMap, enabled: boolean): string | null {
  const first = map.items[0]?.key;
  if (!isScalar(first) || !first.range || !isScalar(spec.key) || !spec.key.range) return null;
  const [start] = first.range;
  if (map.flow) return `${text.slice(0, start)}enabled: ${enabled}, ${text.slice(start)}`;
  const lineAfterSpec = text.indexOf('\n', spec.key.range[1]) + 1;
  if (lineAfterSpec === 0 || lineAfterSpec > start) return null;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const lineEnd = text[lineAfterSpec - 2] === '\r' ? '\r\n' : '\n';
  return `${text.slice(0, lineAfterSpec)}${indent}enabled: ${enabled}${lineEnd}${text.slice(lineAfterSpec)}`;
}

function pairOf(node: unknown, name: string): Pair | null {
  if (!isMap(node)) return null;
  return node.items.find(({ key }) => isScalar(key) && key.value === name) ?? null;
}

function rewrite(documents: readonly Document.Parsed[], document: Document.Parsed, enabled: boolean): string {
  try {
    document.setIn(['spec', 'enabled'], enabled);
  } catch {
    // The spec is an alias; the caller finds the text unchanged and says so.
  }
  return documents
    .map((other, index) => {
      if (index > 0) other.directives.docStart = true;
      return other.toString({ lineWidth: 0 });
    })
    .join('');
}
