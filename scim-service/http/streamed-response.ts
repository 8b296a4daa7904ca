import type { AppContext } from './app-context.ts';
import type { RequestEvents } from './request-events.ts';
import { negotiatedHeaders, respondText } from './scim-response.ts';

/** Characters. What ends before is sent as one piece, with its length; a failure until then gets a proper error answer. */
const STREAMED_FROM = 256 * 1_024;

export interface StreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Is told when the answer could not be brought to its end. */
  readonly events: Pick<RequestEvents, 'brokenOff'>;
}

/**
 * Answers with JSON that is made piece by piece, as fast as the client reads: of a long answer no more than STREAMED_FROM and
 * the pieces in hand are in memory. A failure in the middle breaks the connection, so that the client can't take what it
 * got for the whole.
 * @throws what making the first pieces throws
 */
export async function respondPieces(
  c: AppContext,
  status: number,
  pieces: AsyncGenerator<string>,
  { headers = {}, events }: StreamOptions,
): Promise<Response> {
  let head = '';
  while (head.length < STREAMED_FROM) {
    const { done, value } = await pieces.next();
    if (done) return respondText(c, status, head, headers);
    head += value;
  }
  const answer = { status, headers: negotiatedHeaders(c, headers) };
  if (c.req.method === 'HEAD') {
    await pieces.return(undefined);
    return new Response(null, answer);
  }
  const breakOff = (error: unknown): void => {
    events.brokenOff({ requestId: c.get('requestId'), tenant: c.get('requested') ?? null, error });
    // An error of the stream would break the connection too, only that @hono/node-server writes it to the console.
    c.env.breakOff();
  };
  const text = streamOf(head, pieces, breakOff);
  return new Response('Content-Encoding' in answer.headers ? text.pipeThrough(new CompressionStream('gzip')) : text, answer);
}

function streamOf(
  head: string,
  pieces: AsyncGenerator<string>,
  breakOff: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(Buffer.from(head));
    },
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(Buffer.from(value));
      } catch (error) {
        breakOff(error);
      }
    },
    // The client went away; what the pieces are made of is let go.
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
