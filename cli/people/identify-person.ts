import { sha256Hex } from '#common/sha256-hex.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '#scim-service/domain/match-keys.ts';
import type { PersonRecord } from '#scim-service/domain/stored-user.ts';
import type { PersonLine } from './read-person-line.ts';

/** A line that can be brought, unless something else speaks against it. */
export interface Candidate {
  readonly id: string;
  readonly person: PersonRecord;
  /** By what the directory's people will find them, in the order of matchExistingBy. */
  readonly keys: readonly string[];
}

/** @param line as readPersonLine gave it */
export function identifyPerson(
  line: PersonLine,
  tenant: TenantKey,
  matchExistingBy: readonly string[],
): Candidate | { readonly problem: string } {
  if ('problem' in line) return line;
  const { person } = line;
  const keys = matchKeysOf(person, matchExistingBy);
  const id = line.id ?? (keys[0] === undefined ? null : idOf(tenant, keys[0]));
  if (id !== null) return { id, person, keys };
  return { problem: `has neither an "id" nor a value of ${matchExistingBy.map((target) => JSON.stringify(target)).join(', ')}` };
}

/** Keys of the values at the targets, the first target's first. */
export function matchKeysOf(person: PersonRecord, targets: readonly string[]): readonly string[] {
  const keys = matchKeys(person);
  return targets.flatMap((target) => keys.filter((key) => key.startsWith(`${target}=`)));
}

/** The target of a match key, which is no secret, without its value, which is. */
export function targetOf(key: string): string {
  return key.slice(0, key.indexOf('='));
}

/** The same for the same tenant and value, so that a repeated import finds its people: a UUID of version 8 (RFC 9562, section 5.8). */
function idOf(tenant: TenantKey, key: string): string {
  const hex = sha256Hex(JSON.stringify(['imported person', tenant, key]));
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20, 32)].join('-');
}
