import { parseWhatFits } from '../scim/patch/parse-patch.ts';
import type { PatchOperation } from '../scim/patch/patch-operation.ts';
import { readWhatFits } from '../scim/resource/read-resource.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { ValueProblems } from '../scim/value-problems.ts';
import { nameTargets } from './name-targets.ts';
import { selectAttributes } from './select-attributes.ts';
import type { TenantModel } from './tenant-model.ts';

/** What a client sent of a person, as the tenant takes it. */
export interface SentUser {
  /** Restricted to the tenant's selection, without values of another type. */
  readonly resource: ScimObject;
  /** Paths that were accepted and dropped: unknown or unselected. */
  readonly ignored: readonly string[];
  /** Values of another type, what the product calls their attributes beside them. */
  readonly problems: ValueProblems;
}

/** What a client wants to change of a person. */
export interface SentPatch {
  /** Those whose value could be read. */
  readonly operations: readonly PatchOperation[];
  /** Paths of attributes that the schemas don't have. */
  readonly ignored: readonly string[];
  readonly problems: ValueProblems;
}

/**
 * Reads the body of a POST or PUT of a person.
 * @throws ScimError invalidSyntax
 */
export function readUser(model: TenantModel, body: unknown): SentUser {
  const problems = problemsOf(model);
  const { resource, ignored } = readWhatFits(body, model.schemas, problems);
  const selected = selectAttributes(resource, model.selection);
  return { resource: selected.resource, ignored: [...ignored, ...selected.dropped], problems };
}

/**
 * Reads the body of a PATCH of a person.
 * @throws ScimError 400, 413 as parsePatch does, but for values of another type
 */
export function readUserPatch(model: TenantModel, body: unknown): SentPatch {
  const problems = problemsOf(model);
  return { ...parseWhatFits(body, model.schemas, problems), problems };
}

function problemsOf(model: TenantModel): ValueProblems {
  return new ValueProblems((definition) => nameTargets(model, definition));
}
