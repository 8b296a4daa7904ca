/**
 * A filter or path that isn't of the grammar of RFC 7644 (sections 3.4.2.2 and 3.5.2), or is over the limits that
 * keep parsing bounded. Whoever reads it from a request answers 400 `invalidFilter` or `invalidPath`.
 */
export class ScimSyntaxError extends Error {
  readonly code = 'scim_syntax';
  /** Index into the text, from 0, of the first character that doesn't fit. */
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.name = 'ScimSyntaxError';
    this.position = position;
  }
}
