import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '../../domain/match-keys.ts';
import type { UnlinkedPerson } from '../../provisioning/existing-people-store.ts';
import { encodeKeys } from './key-encoding.ts';
import type { UserDocument } from './user-document.ts';

/**
 * Somebody in the collection `users` whom the product had before the directory came. The product may add them itself, with
 * just `_id`, `tenant` and `person`; `matchKeys` follow when somebody is looked for. Whoever changes `person` later either
 * replaces the document or removes `matchKeys`, so that they are made anew.
 *
 * Values of `person` may be of any type; see readPerson for what becomes of them when the person is adopted. Fields beside
 * `person` are gone then.
 */
interface UnlinkedDocument {
  /** Becomes the SCIM id, so who has another type here can't be adopted. */
  readonly _id: string;
  readonly tenant: TenantKey;
  /** Names encoded by `encodeKeys`, if this program wrote it. */
  readonly person?: unknown;
  readonly matchKeys?: readonly string[];
}

/** What there is in the collection `users`. */
export type PersonDocument = UserDocument | UnlinkedDocument;

/** Whether it is a person of SCIM, seen or retired. */
export function isLinked(document: PersonDocument): document is UserDocument {
  return 'deleted' in document && typeof document.deleted === 'boolean';
}

export function toUnlinkedDocument(tenant: TenantKey, { id, person }: UnlinkedPerson) {
  return { _id: id, tenant, person: encodeKeys(person), matchKeys: matchKeys(person) };
}
