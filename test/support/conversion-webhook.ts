import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import type { ApiServer } from './api-server.ts';
import type { Manifest } from './chart.ts';

export interface ConversionWebhook extends AsyncDisposable {
  /** `spec.conversion` of the definition. */
  readonly conversion: object;
  /** How many objects it has converted to each apiVersion. */
  readonly converted: ReadonlyMap<string, number>;
}

/** @param convert gives the object in the wanted apiVersion; the API server also asks for parts of objects */
export async function startConversionWebhook(
  api: ApiServer,
  convert: (object: Manifest, apiVersion: string) => Manifest,
): Promise<ConversionWebhook> {
  // The certificate of the API server itself, which trusts it because it is told to.
  const [cert, key] = await Promise.all([readFile(api.tls.cert), readFile(api.tls.key)]);
  const converted = new Map<string, number>();
  const server = createServer({ cert, key }, (request, answer) => {
    void text(request).then((body) => {
      const { apiVersion, kind, request: review } = JSON.parse(body);
      const { uid, desiredAPIVersion, objects } = review as { uid: string; desiredAPIVersion: string; objects: Manifest[] };
      converted.set(desiredAPIVersion, (converted.get(desiredAPIVersion) ?? 0) + objects.length);
      const convertedObjects = objects.map((object) => convert(object, desiredAPIVersion));
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ apiVersion, kind, response: { uid, convertedObjects, result: { status: 'Success' } } }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/convert`;
  return {
    converted,
    conversion: {
      strategy: 'Webhook',
      webhook: { conversionReviewVersions: ['v1'], clientConfig: { url, caBundle: cert.toString('base64') } },
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
