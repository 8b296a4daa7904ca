import type { AttributeDefinition } from '#common/scim/schema.ts';
import { ScimError } from './scim-error.ts';

/** A value that its attribute's type doesn't allow (RFC 7644 section 3.12, invalidValue). */
export class WrongTypeError extends ScimError {
  /** Of the attribute or sub-attribute. */
  readonly definition: AttributeDefinition;
  constructor(definition: AttributeDefinition, detail: string) {
    super(400, 'invalidValue', detail);
    this.name = 'WrongTypeError';
    this.definition = definition;
  }
}
