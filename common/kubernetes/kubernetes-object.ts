import { z } from 'zod';

/** Names a kind of object in the paths of the API. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export const SECRETS: ResourceType = { group: '', version: 'v1', plural: 'secrets' };

const metadataSchema = z.looseObject({
  // A bookmark has neither name nor uid.
  name: z.string().default(''),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  labels: z.record(z.string(), z.string()).optional(),
});

type ObjectMetadata = z.infer<typeof metadataSchema>;

/** Any object of the API, of which only the metadata is known. */
export type KubernetesObject = Readonly<Record<string, unknown>> & { readonly metadata: ObjectMetadata };

const objectSchema = z.looseObject({ metadata: metadataSchema });
const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  items: z.array(objectSchema).nullish(),
});

/** @throws z.ZodError when it is no object of the API */
export function parseObject(value: unknown): KubernetesObject {
  return objectSchema.parse(value);
}

export interface ObjectPage {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
  /** Asks for the next page; null at the last. */
  readonly continue: string | null;
}

/** @throws z.ZodError when it is no list of the API */
export function parseObjectPage(value: unknown): ObjectPage {
  const { metadata, items } = listSchema.parse(value);
  return { items: items ?? [], resourceVersion: metadata.resourceVersion, continue: metadata.continue || null };
}

/**
 * Path of a collection, of an object, or of an object's subresource.
 * @param where without a namespace: all namespaces
 */
export function resourcePath(
  { group, version, plural }: ResourceType,
  where: { readonly namespace?: string | null; readonly name?: string; readonly subresource?: string } = {},
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const namespace = where.namespace ? `/namespaces/${encodeURIComponent(where.namespace)}` : '';
  const name = where.name === undefined ? '' : `/${encodeURIComponent(where.name)}`;
  return `${root}${namespace}/${plural}${name}${where.subresource ? `/${where.subresource}` : ''}`;
}

/** `<namespace>/<name>`, under which a cache knows an object. */
export function objectKey({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }): string {
  return `${metadata.namespace}/${metadata.name}`;
}
