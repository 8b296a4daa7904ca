import { ScimError } from '../scim/scim-error.ts';
import { WrongTypeError } from '../scim/wrong-type-error.ts';
import type { TenantModel } from './tenant-model.ts';

/**
 * Reads what a client sent, and tells of a value that isn't of its attribute's type what the product calls the attribute:
 * an attribute of a custom extension has its type from the mapping, so it is there that somebody looks.
 * @throws ScimError 400 invalidValue naming attribute, value (cut), targets and their types; whatever else `read` throws
 */
export function nameTargets<T>({ rules }: TenantModel, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WrongTypeError)) throw error;
    const { definition, message } = error;
    const targets = rules
      .filter(({ sources }) => sources.some(({ path }) => (path.subAttribute ?? path.attribute) === definition))
      .map(({ target, type }) => `mapped to ${JSON.stringify(target)}, type ${type ?? 'of the attribute'}`);
    if (targets.length === 0) throw error;
    throw new ScimError(400, 'invalidValue', `${message} (${targets.join('; ')})`, { cause: error });
  }
}
