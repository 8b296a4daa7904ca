import { HttpError } from './http-error.ts';

const MEDIA_TYPES = new Set(['application/scim+json', 'application/json']);

/** JSON is UTF-8 (RFC 8259 section 8.1); ASCII is part of it. */
const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii']);

/**
 * Accepts SCIM and plain JSON. A missing or empty type passes: then the body itself must show that it is JSON.
 * @throws HttpError 415
 */
export function requireJsonContent(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [mediaType = '', ...parameters] = contentType.toLowerCase().split(';');
  if (mediaType.trim() !== '' && !MEDIA_TYPES.has(mediaType.trim())) {
    throw unsupported(`content type ${quote(contentType)} is not understood; send application/scim+json or application/json`);
  }
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() !== 'charset' || CHARSETS.has(value.trim().replaceAll('"', ''))) continue;
    throw unsupported(`charset ${quote(value.trim())} is not understood; send UTF-8`);
  }
}

function unsupported(detail: string): HttpError {
  return new HttpError(415, detail);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
