import { STATUS_CODES } from 'node:http';
import { errorBody } from './error-response.ts';
import { SCIM_MEDIA_TYPE } from './scim-response.ts';

/** What node:http says of a request that it could not hand on, in the client's words. */
const ANSWERS: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'the URL and headers of the request are too long together' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, detail: 'the chunk extensions of the request are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'the request was not whole in time' },
};

const MALFORMED = { status: 400, detail: 'the request is not of HTTP/1.1' } as const;

/** @param code of node:http's error */
export function answerToMalformed(code: string | undefined): { readonly status: number; readonly detail: string } {
  return (code === undefined ? undefined : ANSWERS[code]) ?? MALFORMED;
}

/** A whole answer as bytes, for a connection whose request never reached the app. */
export function rawAnswer(
  { status, detail }: { readonly status: number; readonly detail: string },
  headers: readonly string[] = [],
): string {
  const body = JSON.stringify(errorBody({ status, scimType: null, detail }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${SCIM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...headers,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
