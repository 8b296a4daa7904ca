import type { Readable } from 'node:stream';
import type { KubernetesClient } from './client.ts';
import { kubernetesApiError } from './kubernetes-api-error.ts';
import { parseObject, type KubernetesObject } from './kubernetes-object.ts';
import { selectionRequest, type ObjectSelection } from './list-objects.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

export interface WatchOptions {
  /** Everything after this moment is told. */
  readonly resourceVersion: string;
  /** The server ends the watch after this time. */
  readonly timeoutSeconds: number;
  /** Nothing at all for this long means that the connection is dead. */
  readonly idleMs: number;
  /** The server has begun to answer. */
  readonly onOpen: () => void;
  readonly signal: AbortSignal;
}

/**
 * Changes of the selected objects, bookmarks included, until the server ends the watch.
 * @throws KubernetesApiError when the server refuses, or sends an ERROR event: 410 when it no longer knows the moment;
 *   Error when the connection breaks or falls silent
 */
export async function* watchEvents(
  client: KubernetesClient,
  selection: ObjectSelection,
  options: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const { path, query, headers } = selectionRequest(selection, 'watch');
  const stream = await client.stream({
    method: 'GET',
    path,
    headers,
    signal: options.signal,
    query: {
      ...query,
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion,
      timeoutSeconds: options.timeoutSeconds,
    },
  });
  options.onOpen();
  const silent = setTimeout(() => stream.destroy(new Error(`the watch of ${path} was silent for ${options.idleMs} ms`)), options.idleMs);
  try {
    for await (const line of lines(stream)) {
      silent.refresh();
      yield readEvent(path, JSON.parse(line));
    }
  } finally {
    clearTimeout(silent);
    stream.destroy();
  }
}

function readEvent(path: string, value: unknown): WatchEvent {
  const { type, object } = value as { type: unknown; object: unknown };
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object: parseObject(object) };
    case 'ERROR': {
      const { code } = object as { code?: unknown };
      throw kubernetesApiError(`watch ${path}`, typeof code === 'number' ? code : 500, object, undefined);
    }
    default:
      throw new Error(`watch of ${path}: event type ${JSON.stringify(type)} is not known`);
  }
}

const NEWLINE = 0x0a;

/** Text lines of a byte stream; a last line without an end was cut off and is dropped. */
async function* lines(stream: Readable): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      begun.push(chunk.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(begun).toString('utf8');
      begun = [];
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}
