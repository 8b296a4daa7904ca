import type { CompiledRule } from '#scim-service/domain/compiled-rule.ts';
import { newUser } from '#scim-service/domain/next-user.ts';
import { fieldAt } from '#scim-service/domain/person-fields.ts';
import { projectRules } from '#scim-service/domain/project-person.ts';
import { readUser } from '#scim-service/domain/read-user.ts';
import type { PersonRecord } from '#scim-service/domain/stored-user.ts';
import type { TenantModel } from '#scim-service/domain/tenant-model.ts';
import { userResource } from '#scim-service/domain/user-resource.ts';
import { explainError } from '#scim-service/http/explain-error.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';

/** What a POST of a person would come to; `test --json` prints it with the tenant's name. */
export interface Trial {
  readonly accepted: boolean;
  /** The product's record; null when refused. */
  readonly person: PersonRecord | null;
  /** What is kept of the SCIM resource; null when refused. */
  readonly resource: ScimObject | null;
  /** For each field that a rule or the template filled, in the order of the rules; none when refused. */
  readonly origins: readonly { readonly target: string; readonly from: Origin }[];
  /** Paths that would be accepted and dropped. */
  readonly ignored: readonly string[];
  /** As the directory would get them. */
  readonly errors: readonly { readonly status: number; readonly scimType: string | null; readonly detail: string }[];
}

export type Origin = { readonly kind: 'source'; readonly source: string } | { readonly kind: 'constant' | 'newUserDefaults' };

/** Any would do: nothing of it is shown, or stored. */
const NOBODY = { id: '00000000-0000-4000-8000-000000000000', now: new Date(0) };

/**
 * @param body JSON as a directory would POST it to /Users of the tenant
 * @param docsUrl see troubleshootingLink
 */
export function tryPerson(model: TenantModel, body: unknown, docsUrl: string | null): Trial {
  let ignored: readonly string[] = [];
  try {
    const sent = readUser(model, body);
    ignored = [...new Set(sent.ignored)];
    const user = newUser(model, userResource(model, sent, true), NOBODY);
    return {
      accepted: true,
      person: user.person,
      resource: user.resource,
      origins: [...originsOf(user.resource, model.rules), ...templateOrigins(user.defaults, model)],
      ignored,
      errors: [],
    };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    const { status, scimType, detail } = explainError(error, docsUrl);
    return { accepted: false, person: null, resource: null, origins: [], ignored, errors: [{ status, scimType, detail }] };
  }
}

function originsOf(resource: ScimObject, rules: readonly CompiledRule[]): Trial['origins'] {
  return rules.flatMap((rule): Trial['origins'] => {
    const { target } = rule;
    if (rule.constant !== null) return [{ target, from: { kind: 'constant' } }];
    // The rule with one source at a time: the first that makes something of the person is the one that counted.
    const source = rule.sources.find((source) => {
      const { person, problems } = projectRules(resource, [{ ...rule, sources: [source], required: false }]);
      return Object.keys(person).length > 0 || problems.length > 0;
    });
    return source ? [{ target, from: { kind: 'source', source: source.text } }] : [];
  });
}

function templateOrigins(defaults: PersonRecord, { config }: TenantModel): Trial['origins'] {
  return config.newUserDefaults
    .filter(({ target }) => fieldAt(defaults, target.split('.')) !== null)
    .map(({ target }) => ({ target, from: { kind: 'newUserDefaults' } }));
}
