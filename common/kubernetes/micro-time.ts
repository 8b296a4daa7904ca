/**
 * metav1.MicroTime, which the API server takes with six digits only.
 * @param milliseconds since 1970
 */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
