import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { ScimValue } from '../scim-value.ts';

/**
 * One operation of RFC 7644 section 3.5.2 on a known attribute, its value canonical and of the type of what the path
 * names. A value of null clears. A single-valued complex attribute is never set as a whole: parsing makes one operation
 * for each sub-attribute that the client sent, so that the others stay (section 3.5.2.3). Frozen.
 */
export type PatchOperation =
  Readonly<{ op: 'add' | 'replace'; path: ResolvedPath; value: ScimValue | null }> | Readonly<{ op: 'remove'; path: ResolvedPath }>;

/** An operation as the request has it, its envelope understood. */
export interface RawOperation {
  readonly op: PatchOperation['op'];
  /** null when there is none: the attributes are the keys of `value`. */
  readonly path: string | null;
  /** undefined when there is none. */
  readonly value: unknown;
  /** `Operations[2]`, for messages. */
  readonly place: string;
  /** A key that is no path is an unknown attribute, but a path must be one. */
  readonly pathFrom: 'path' | 'key';
}
