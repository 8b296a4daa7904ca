import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { ScimError } from '../scim/scim-error.ts';
import { HttpError } from './http-error.ts';
import { bodyTooLarge, type RequestLimits } from './limit-requests.ts';

type Decompress = (bytes: Uint8Array, limits: RequestLimits) => Promise<Uint8Array>;

const CODINGS: Readonly<Record<string, Decompress>> = {
  '': async (bytes) => bytes,
  identity: async (bytes) => bytes,
  gzip: (bytes, { body }) => promisify(gunzip)(bytes, { maxOutputLength: body }),
  'x-gzip': (bytes, { body }) => promisify(gunzip)(bytes, { maxOutputLength: body }),
  deflate: (bytes, { body }) => promisify(hasZlibHead(bytes) ? inflate : inflateRaw)(bytes, { maxOutputLength: body }),
};

/** Undoes a body's `Content-Encoding`; what comes out is held to the same limit as what came in. */
export interface BodyDecoder {
  /** @throws ScimError 400 for bytes that aren't of that encoding, 413 */
  decode(bytes: Uint8Array, limits: RequestLimits): Promise<Uint8Array>;
}

/**
 * @param contentEncoding the header
 * @throws HttpError 415 that names what is understood (RFC 9110 section 15.5.16)
 */
export function bodyDecoder(contentEncoding: string | undefined): BodyDecoder {
  const coding = (contentEncoding ?? '').trim().toLowerCase();
  const decompress = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined;
  if (decompress === undefined) {
    const detail = `a body with content encoding ${JSON.stringify(coding.slice(0, 80))} is not understood; send gzip, deflate or the body as it is`;
    throw new HttpError(415, detail, { headers: { 'Accept-Encoding': 'gzip, deflate' } });
  }
  return { decode: (bytes, limits) => decompress(bytes, limits).catch((error: unknown) => refuse(error, coding, limits)) };
}

/** `deflate` means zlib (RFC 9110 section 8.4.1.2), yet some clients leave its two bytes of head out, as browsers have learnt. */
function hasZlibHead([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

function refuse(error: unknown, coding: string, limits: RequestLimits): never {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') throw bodyTooLarge(limits);
  // Z_BUF_ERROR: it ends too early; Z_DATA_ERROR and Z_NEED_DICT: it is something else.
  if (code.startsWith('Z_')) throw ScimError.invalidSyntax(`the body is not ${coding}, though its Content-Encoding says so`);
  throw error;
}
