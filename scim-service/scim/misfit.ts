import type { AttributeDefinition } from '#common/scim/schema.ts';

/** A value that its attribute's type doesn't allow. */
export interface Misfit {
  /** Of the attribute or sub-attribute. */
  readonly definition: AttributeDefinition;
  /** Where the request has it, such as `emails[1].primary`. */
  readonly path: string;
  /** What goes on after the path: `is "perhaps", but true or false is expected`. */
  readonly is: string;
  /** The same without the value: `is not of type boolean`. */
  readonly isNot: string;
}

/** Stands for a value that nothing could be read of, whereas null clears an attribute. */
export const REFUSED = Symbol('refused');
