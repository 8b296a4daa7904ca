/**
 * Trees that filters and paths are parsed to (RFC 7644 section 3.4.2.2 and 3.5.2). Plain frozen objects: parsers make
 * them, evaluators and query compilers read them. Names keep the client's spelling; whoever resolves them against a
 * schema compares without regard to case (RFC 7643 section 2.1).
 */

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

export type CompareValue = string | number | boolean | null;

/** `userName`, `name.givenName`, `urn:…:2.0:User:department`. */
export interface AttributePath {
  /** Schema URN in front of the attribute, or null for the core schema. */
  readonly schema: string | null;
  readonly attribute: string;
  readonly subAttribute: string | null;
}

export type FilterNode =
  | { readonly kind: 'compare'; readonly path: AttributePath; readonly operator: CompareOperator; readonly value: CompareValue }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'and'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'or'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly operand: FilterNode }
  /** `emails[type eq "work" and value co "@"]`: one and the same value must match the whole filter. */
  | { readonly kind: 'valuePath'; readonly path: AttributePath; readonly filter: FilterNode };

/** Path of a PATCH operation, and of a mapping's source: `emails[type eq "work"].value`. */
export interface ValuePath {
  readonly schema: string | null;
  readonly attribute: string;
  /** Selects values of a multi-valued attribute; null selects all. */
  readonly filter: FilterNode | null;
  readonly subAttribute: string | null;
}
