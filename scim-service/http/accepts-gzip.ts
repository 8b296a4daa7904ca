/**
 * Whether an answer may be sent as gzip (RFC 9110 section 12.5.3): the client lists it, or everything, and doesn't like the
 * answer better as it is.
 * @param header `Accept-Encoding`
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const weights = new Map(header.toLowerCase().split(',').map(readCoding));
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}

function readCoding(text: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = text.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const number = weight === undefined ? 1 : Number(weight.slice(2));
  return [coding, Number.isNaN(number) ? 0 : number];
}
