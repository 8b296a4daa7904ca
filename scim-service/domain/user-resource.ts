import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { ScimError } from '../scim/scim-error.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import type { ValueProblem } from '../scim/value-problem.ts';
import type { ValueProblems } from '../scim/value-problems.ts';
import { projectRules } from './project-person.ts';
import type { StoredUser } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

const USER_NAME_REQUIRED = 'attribute "userName" is required and must be a text that is not empty';

const NO_USER_NAME: ValueProblem = { kind: 'missing', detail: USER_NAME_REQUIRED, summary: USER_NAME_REQUIRED };

interface ReadAttributes {
  /** Restricted to the tenant's selection. */
  readonly resource: ScimObject;
  /** Gets whatever else is wrong, when anything is. */
  readonly problems: ValueProblems;
}

/**
 * Checks what every stored resource has.
 * @param read as readUser gives it, or what a PATCH made of a stored resource
 * @param active what `active` is when the resource doesn't say
 * @throws ScimError 400 invalidValue without a userName or with values of another type; it tells of all that the mapping
 * can't make of the resource too
 */
export function userResource(model: TenantModel, read: ReadAttributes, active: boolean): StoredUser['resource'] {
  const { userName, active: stated } = read.resource;
  const isActive = typeof stated === 'boolean' ? stated : active;
  const isNamed = typeof userName === 'string' && userName.trim() !== '';
  if (isNamed && read.problems.count === 0) return { ...read.resource, userName, active: isActive };
  throw allProblems(model, { ...read, resource: { ...read.resource, active: isActive } }, isNamed);
}

function allProblems(model: TenantModel, { resource, problems }: ReadAttributes, isNamed: boolean): ScimError {
  const isTold = (path: ResolvedPath): boolean => hasMisfit(path, problems) || (!isNamed && isUserName(path));
  if (!isNamed && !model.schemas.core.attributes.some((attribute) => attribute.name === 'userName' && problems.hasMisfit(attribute))) {
    problems.add(NO_USER_NAME);
  }
  for (const problem of projectRules(resource, model.rules).problems) {
    if (problem.kind === 'misfit' || !problem.rule.sources.some(({ path }) => isTold(path))) problems.add(problem);
  }
  return problems.error();
}

/** Whether something is there that nothing could be read of. One value of a list that lost its type may be the one that a filter looks for. */
function hasMisfit({ attribute, subAttribute }: ResolvedPath, problems: ValueProblems): boolean {
  if (problems.hasMisfit(attribute)) return true;
  if (subAttribute !== null && !attribute.multiValued) return problems.hasMisfit(subAttribute);
  return (attribute.subAttributes ?? []).some((inner) => problems.hasMisfit(inner));
}

function isUserName({ extension, attribute }: ResolvedPath): boolean {
  return !extension && attribute.name === 'userName';
}
