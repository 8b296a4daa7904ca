import { ScimError } from '../../scim/scim-error.ts';
import { UserNameTakenError } from '../user-store.ts';

/**
 * Runs a write of the store.
 * @throws ScimError 409 uniqueness when the userName is taken (RFC 7644 section 3.3)
 */
export async function refuseTakenUserName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UserNameTakenError)) throw error;
    throw new ScimError(409, 'uniqueness', error.message, {
      cause: error,
      summary: 'attribute "userName" has the value of another person of this tenant',
    });
  }
}
