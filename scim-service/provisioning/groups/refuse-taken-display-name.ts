import { ScimError } from '../../scim/scim-error.ts';
import { DisplayNameTakenError } from '../group-store.ts';

/**
 * Runs a write of the store.
 * @throws ScimError 409 uniqueness when the displayName is taken
 */
export async function refuseTakenDisplayName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof DisplayNameTakenError) throw new ScimError(409, 'uniqueness', error.message, { cause: error });
    throw error;
  }
}
