import type { KubernetesClient } from './client.ts';
import { isExpired } from './kubernetes-api-error.ts';
import { parseObjectPage, resourcePath, type KubernetesObject, type ResourceType } from './kubernetes-object.ts';

/** Objects in one answer, as kubectl asks for them. */
const LIST_PAGE_SIZE = 500;

/** Only the metadata is sent: enough to know that an object changed, and no Secret's content reaches this process. */
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const METADATA_OBJECT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** Which objects are listed or watched. */
export interface ObjectSelection {
  readonly resource: ResourceType;
  /** Null: all namespaces. */
  readonly namespace: string | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

export interface SelectionRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
}

export function selectionRequest(selection: ObjectSelection, purpose: 'list' | 'watch'): SelectionRequest {
  return {
    path: resourcePath(selection.resource, { namespace: selection.namespace }),
    query: { labelSelector: selection.labelSelector, fieldSelector: selection.fieldSelector },
    headers: selection.metadataOnly ? { accept: purpose === 'list' ? METADATA_LIST : METADATA_OBJECT } : {},
  };
}

/**
 * Gives the selected objects page by page, all as of one moment, and returns the resource version of that moment.
 * When the server forgets the moment between two pages, the rest comes as one whole list, as client-go's pager does it:
 * objects may then come twice, and `onRestart` tells so.
 * @throws as KubernetesClient.request does
 */
export async function* listObjects(
  client: KubernetesClient,
  selection: ObjectSelection,
  options: { readonly signal?: AbortSignal; readonly onRestart?: () => void } = {},
): AsyncGenerator<readonly KubernetesObject[], string> {
  const { path, query, headers } = selectionRequest(selection, 'list');
  const page = async (paging: Record<string, string | number | undefined>) =>
    parseObjectPage(
      await client.request({
        method: 'GET',
        path,
        headers,
        query: { ...query, ...paging },
        ...(options.signal && { signal: options.signal }),
      }),
    );
  let next: string | null = null;
  for (;;) {
    let listed;
    try {
      listed = await page({ limit: LIST_PAGE_SIZE, continue: next ?? undefined });
    } catch (error) {
      if (next === null || !isExpired(error)) throw error;
      options.onRestart?.();
      listed = await page({});
    }
    yield listed.items;
    if (listed.continue === null) return listed.resourceVersion;
    next = listed.continue;
  }
}
