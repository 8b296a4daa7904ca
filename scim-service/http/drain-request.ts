import type { IncomingMessage } from 'node:http';

/** Milliseconds. A bulk request of 10 MiB over a slow line takes as long. */
const DRAIN_REQUEST_TIMEOUT = 10_000;

/**
 * Throws away what is left of a request that was answered before its body was read, such as one with 413. Most clients read
 * the answer only when they have sent everything; a connection that is closed on them meanwhile looks like an outage, which
 * they try again. Once the body has ended, the connection takes the next request; one that goes on too long is cut.
 * @param timeout milliseconds from the answer
 */
export function drainRequest(request: IncomingMessage, timeout: number = DRAIN_REQUEST_TIMEOUT): void {
  if (request.readableEnded || request.destroyed) return;
  // Whoever was reading has given up, yet would hold what comes.
  request.removeAllListeners('data');
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), timeout).unref();
  request.once('end', () => clearTimeout(timer));
}
