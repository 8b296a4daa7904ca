/** Of anything thrown: Node's errors are not always of this module's `Error` (a test runs in a realm of its own). */

/** Such as `ENOENT`; null when it has none. */
export function codeOf(thrown: unknown): string | null {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : null;
}

export function messageOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
}

/** Messages of the errors below it, the nearest first: an adapter's error says which operation, and the reason is below. */
export function causesOf(thrown: unknown): readonly string[] {
  const causes: string[] = [];
  for (let cause = causeOf(thrown); cause !== undefined && cause !== null && causes.length < 3; cause = causeOf(cause))
    causes.push(messageOf(cause));
  return causes;
}

function causeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'cause' in thrown ? thrown.cause : undefined;
}
