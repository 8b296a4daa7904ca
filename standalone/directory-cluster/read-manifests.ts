import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { z } from 'zod';
import type { TenantName } from '#common/tenant-key.ts';
import { readScimTenantSpec } from '#operator/api/read-spec.ts';
import { API_GROUP, API_VERSION, KIND, ROTATE_AT_ANNOTATION, TENANT_LABEL, type InvalidSpec } from '#operator/api/scim-tenant.ts';
import type { ScimTenantSpec } from '#operator/api/scim-tenant-spec.ts';
import type { TokenSecret } from '#operator/controller/ports.ts';

/** Marks a Secret that the operator made; the label that Kubernetes objects of ours carry too. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_VALUE = 'scim-operator';

export interface TenantManifest extends TenantName {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ScimTenantSpec | InvalidSpec;
}

export interface SecretManifest extends TenantName, Pick<TokenSecret, 'generated' | 'madeFor' | 'immutable' | 'rotateAt'> {
  /** UTF-8 text of each key. */
  readonly data: Readonly<Record<string, string>>;
}

interface ManifestProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export type Manifests =
  | {
      readonly readable: true;
      readonly tenants: readonly TenantManifest[];
      readonly secrets: readonly SecretManifest[];
      readonly ignored: readonly { readonly line: number; readonly kind: string }[];
    }
  | { readonly readable: false; readonly problems: readonly ManifestProblem[] };

/** Options of every reading of these files; Kubernetes' own YAML reader knows merge keys. */
export const YAML_OPTIONS = { merge: true, prettyErrors: true } as const;

/**
 * Reads the documents of one file: ScimTenants and Secrets, others are counted as ignored. A file is readable as a whole or
 * not at all; a spec that breaks a rule of the schema does not make it unreadable.
 */
export function readManifests(text: string): Manifests {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { ...YAML_OPTIONS, lineCounter: lines })];
  const problems: ManifestProblem[] = [];
  const tenants: TenantManifest[] = [];
  const secrets: SecretManifest[] = [];
  const ignored: { line: number; kind: string }[] = [];
  for (const document of documents) {
    const line = lines.linePos(document.contents?.range?.[0] ?? document.range[0]).line;
    const read = readDocument(document);
    if (read === null) continue;
    if ('problems' in read) problems.push(...read.problems.map((problem) => ({ line, ...problem })));
    else if ('tenant' in read) tenants.push(read.tenant);
    else if ('secret' in read) secrets.push(read.secret);
    else ignored.push({ line, kind: read.kind });
  }
  return problems.length > 0 ? { readable: false, problems } : { readable: true, tenants, secrets, ignored };
}

type ReadDocument =
  | { readonly tenant: TenantManifest }
  | { readonly secret: SecretManifest }
  | { readonly kind: string }
  | { readonly problems: readonly { readonly line?: number; readonly message: string }[] };

function readDocument(document: Document.Parsed): ReadDocument | null {
  // The others mostly follow from the first.
  const [error] = document.errors;
  if (error) return { problems: [{ ...lineOf(error.linePos), message: firstLine(error.message) }] };
  let object: unknown;
  try {
    object = document.toJS();
  } catch (error) {
    // An alias that leads nowhere, or so many that expanding them would fill the memory.
    return { problems: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
  if (object === null || object === undefined) return null;
  const head = headSchema.safeParse(object);
  if (!head.success) return { problems: problemsOf(head.error) };
  const { apiVersion, kind } = head.data;
  if (kind === 'Secret' && apiVersion === 'v1') return readSecret(object);
  if (kind !== KIND) return { kind: `${apiVersion} ${kind}` };
  if (apiVersion !== `${API_GROUP}/${API_VERSION}`) {
    return { problems: [{ message: `apiVersion ${JSON.stringify(apiVersion)} is not known; write ${API_GROUP}/${API_VERSION}` }] };
  }
  return readTenant(object);
}

function readTenant(object: unknown): ReadDocument {
  const result = tenantSchema.safeParse(object);
  if (!result.success) return { problems: problemsOf(result.error) };
  const { metadata, spec } = result.data;
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).map(([name, value]) => [name, String(value)]));
  return { tenant: { namespace: metadata.namespace ?? 'default', name: metadata.name, annotations, spec: readScimTenantSpec(spec) } };
}

function readSecret(object: unknown): ReadDocument {
  const result = secretSchema.safeParse(object);
  if (!result.success) return { problems: problemsOf(result.error) };
  const { metadata, data, stringData, immutable } = result.data;
  const decoded = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return {
    secret: {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      generated: metadata.labels?.[MANAGED_BY_LABEL] === MANAGED_BY_VALUE,
      madeFor: textOrNull(metadata.labels?.[TENANT_LABEL]),
      immutable: immutable ?? false,
      rotateAt: textOrNull(metadata.annotations?.[ROTATE_AT_ANNOTATION]),
      // As in Kubernetes, stringData wins over data.
      data: { ...Object.fromEntries(decoded), ...stringData },
    },
  };
}

/** A name of digits alone is read as a number. */
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

const text = (what: string) => z.string({ error: `is missing or no text; write ${what}` });
const headSchema = z.object(
  { apiVersion: text(`${API_GROUP}/${API_VERSION}`), kind: text(KIND) },
  { error: `the document is not an object; write one with apiVersion, kind, metadata and spec` },
);

/** Names become names of files, so they are held to the letters that Kubernetes allows. */
const namespaceSchema = z
  .string({ error: 'is not a text' })
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'write lower-case letters, digits and dashes, such as team-hr');
function nameSchema(longest: number) {
  return text('a name such as acme')
    .max(longest, `write at most ${longest} characters`)
    .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'write lower-case letters, digits, dashes and dots, such as acme');
}
const metadataError = { error: 'is missing; write metadata with a name' };

const tenantSchema = z.object({
  metadata: z.object(
    {
      name: nameSchema(63),
      namespace: namespaceSchema.nullish(),
      annotations: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
    },
    metadataError,
  ),
  spec: z.unknown(),
});

const secretSchema = z.object({
  metadata: z.object(
    {
      name: nameSchema(253),
      namespace: namespaceSchema.nullish(),
      labels: z.record(z.string(), z.unknown()).nullish(),
      annotations: z.record(z.string(), z.unknown()).nullish(),
    },
    metadataError,
  ),
  immutable: z.boolean().nullish(),
  data: z.record(z.string(), z.base64({ error: 'is not base64; write plain text under stringData instead' })).nullish(),
  stringData: z.record(z.string(), z.string({ error: 'is not a text; put it in quotes' })).nullish(),
});

function problemsOf(error: z.ZodError): { message: string }[] {
  return error.issues.map(({ path, message }) => ({ message: [path.join('.'), message].filter((part) => part !== '').join(': ') }));
}

function lineOf(position: readonly { readonly line: number }[] | undefined): { line?: number } {
  const line = position?.[0]?.line;
  return line === undefined ? {} : { line };
}

/** The message goes on with the place, which is told apart, and with the text around it, which may hold a token. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}
