import { BREAKER_FIELD_MANAGER, CLIENT_SIDE_APPLY_MANAGER } from '../api/scim-tenant.ts';
import { isTool } from './tool-managers.ts';

/** Owner of `spec.enabled` in a directory of YAML files, where nobody is told apart. */
export const FILE_OWNER = 'file';

/** What the cluster tells about `spec.enabled`. */
export interface EnabledField {
  readonly enabled: boolean;
  /** Field managers that own it. */
  readonly owners: readonly string[];
  /** Field managers of which one owns it, where it isn't known which; see ScimTenant. */
  readonly possibleOwners: readonly string[];
  /** Field managers whose manifest says `enabled: true`, as far as the cluster can know. */
  readonly manifests: readonly string[];
}

/** More than anybody has; a status must not grow without end. */
const MOST_MANIFESTS = 20;

/**
 * Field managers whose manifest says `enabled: true`, remembered: the mirror takes the field from them, so at the moment when
 * one applies its manifest again nothing else tells that it said so before. Forgotten is whoever is seen to say otherwise.
 * @param known of the stored status; given back as it is when nothing is new
 */
export function rememberManifests(known: readonly string[], field: EnabledField): readonly string[] {
  const kept = known.filter((manager) => !saysOtherwise(manager, field));
  const added = field.manifests.filter((manager) => !kept.includes(manager));
  if (added.length === 0 && kept.length === known.length) return known;
  return [...kept, ...added].slice(-MOST_MANIFESTS);
}

/**
 * Whether somebody has decided that `spec.enabled` shall be true after the mirror had made it false. A tool has not, nor has
 * whoever applies a manifest that said `enabled: true` all along: what such an apply writes is what it would write every time.
 * @param known manifests of the stored status, from before this moment
 */
export function setByPerson(field: EnabledField, known: readonly string[], tools: readonly string[]): boolean {
  if (!field.enabled) return false;
  const reverting = known.filter((manager) => !saysOtherwise(manager, field));
  const isPerson = (owner: string): boolean => owner !== BREAKER_FIELD_MANAGER && !isTool(owner, tools) && !reverting.includes(owner);
  if (field.owners.length > 0) return field.owners.some(isPerson);
  return field.possibleOwners.length > 0 && field.possibleOwners.every(isPerson);
}

/** kubectl keeps what was applied last in an annotation; of server-side apply only the owners of a field are known. */
function saysOtherwise(manager: string, { enabled, owners, manifests }: EnabledField): boolean {
  if (manager === CLIENT_SIDE_APPLY_MANAGER) return !manifests.includes(manager);
  return !enabled && owners.includes(manager);
}
