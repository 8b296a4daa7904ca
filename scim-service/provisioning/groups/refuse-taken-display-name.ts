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
    if (!(error instanceof DisplayNameTakenError)) throw error;
    throw new ScimError(409, 'uniqueness', error.message, {
      cause: error,
      summary: 'attribute "displayName" has the value of another group of this tenant',
    });
  }
}
