import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';

/** What became of the resources that POSTs of one request name. */
export class BulkIds {
  readonly #declared: ReadonlySet<string>;
  readonly #ids = new Map<string, string>();

  constructor(declared: Iterable<string>) {
    this.#declared = new Set(declared);
  }

  created(bulkId: string, id: string): void {
    this.#ids.set(bulkId, id);
  }

  /** For a resource that was taken back. */
  forget(bulkId: string): void {
    this.#ids.delete(bulkId);
  }

  has(bulkId: string): boolean {
    return this.#ids.has(bulkId);
  }

  /**
   * Id of the resource; to be asked after the POST had its turn.
   * @throws ScimError 400 invalidValue when no POST of the request has the bulkId, 409 when the one that has it failed
   */
  idOf(bulkId: string): string {
    const id = this.#ids.get(bulkId);
    if (id !== undefined) return id;
    if (!this.#declared.has(bulkId)) {
      throw ScimError.invalidValue(`bulkId ${quoteValue(bulkId)} is referred to, but no POST of this request has it`);
    }
    throw new ScimError(
      409,
      null,
      `bulkId ${quoteValue(bulkId)} is referred to, but its POST failed; send this operation again together with that one`,
    );
  }
}
