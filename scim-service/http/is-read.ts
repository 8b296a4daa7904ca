/**
 * Whether a request changes nothing, by its method and path or route: a search by POST (RFC 7644 section 3.4.3) reads too.
 */
export function isRead(method: string, path: string): boolean {
  return method === 'GET' || method === 'HEAD' || (method === 'POST' && /\/\.search\/*$/.test(path));
}
