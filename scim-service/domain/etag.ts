/** ETag of a resource's version. Weak, because attribute selection changes the bytes and not the version (RFC 7644 section 3.14). */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/**
 * Whether an `If-Match` or `If-None-Match` header names this version: `*`, one tag or a list of tags.
 *
 * RFC 9110 section 13.1.1 compares `If-Match` strongly, and then no weak tag could ever match; RFC 7644 section 3.14 sends
 * weak tags in `If-Match`, so tags are compared weakly here.
 */
export function matchesEtag(header: string, version: number): boolean {
  const opaque = `"${version}"`;
  return header.split(',').some((part) => {
    const tag = part.trim();
    return tag === '*' || (tag.startsWith('W/') ? tag.slice(2) : tag) === opaque;
  });
}
