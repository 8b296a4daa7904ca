/** RFC 3339 in UTC to the second, as metav1.Time is written. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
