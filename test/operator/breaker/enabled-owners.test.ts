import { describe, expect, test } from '@jest/globals';
import { BREAKER_FIELD_MANAGER } from '#operator/api/scim-tenant.ts';
import { rememberManifests, setByPerson, type EnabledField } from '#operator/breaker/enabled-owners.ts';
import { toolManagers } from '#operator/breaker/tool-managers.ts';

const CSA = 'kubectl-client-side-apply';
const SSA = 'kubectl';

function aField(overrides: Partial<EnabledField> = {}): EnabledField {
  return { enabled: true, owners: [], possibleOwners: [], manifests: [], ...overrides };
}

/** The mirror holds, and nobody else has said anything since. */
const MIRRORED = aField({ enabled: false, owners: [BREAKER_FIELD_MANAGER] });

describe('who has decided that a tenant shall be on', () => {
  const table: { name: string; field: EnabledField; known?: string[]; decided: boolean }[] = [
    { name: 'a person by kubectl patch', field: aField({ owners: ['kubectl-patch'] }), decided: true },
    { name: 'a person who patched before the trip too', field: aField({ owners: ['kubectl-patch'], manifests: [CSA] }), decided: true },
    { name: 'a person beside a manifest', field: aField({ owners: [CSA, 'kubectl-edit'], manifests: [CSA] }), known: [CSA], decided: true },
    { name: 'nobody, while the mirror holds', field: MIRRORED, decided: false },
    { name: 'a tool', field: aField({ owners: ['kustomize-controller'], manifests: ['kustomize-controller'] }), decided: false },
    {
      name: 'a tool whose repository says so for the first time',
      field: aField({ owners: ['argocd-controller'] }),
      known: [],
      decided: false,
    },
    { name: 'kubectl apply of what it applied before', field: aField({ owners: [CSA], manifests: [CSA] }), known: [CSA], decided: false },
    {
      name: 'kubectl apply of a manifest that says enabled: true only now',
      field: aField({ owners: [CSA], manifests: [CSA] }),
      known: [],
      decided: true,
    },
    {
      name: 'kubectl apply of a manifest that says nothing any more',
      field: aField({ owners: [CSA], manifests: [] }),
      known: [CSA],
      decided: true,
    },
    {
      name: 'server-side apply, with force, of what it applied before',
      field: aField({ owners: [SSA], manifests: [SSA] }),
      known: [SSA],
      decided: false,
    },
    {
      name: 'server-side apply of a manifest that says so only now',
      field: aField({ owners: [SSA], manifests: [SSA] }),
      known: [CSA],
      decided: true,
    },
  ];
  const otherVersion: typeof table = [
    { name: 'a person through another version', field: aField({ possibleOwners: ['kubectl-patch', 'kubectl-edit'] }), decided: true },
    {
      name: 'a person or a tool through another version',
      field: aField({ possibleOwners: ['kubectl-patch', 'helm'] }),
      decided: false,
    },
    {
      name: 'a tool, where a person has written something through another version',
      field: aField({ owners: ['helm'], possibleOwners: ['kubectl-patch'] }),
      decided: false,
    },
  ];
  test.each([...table, ...otherVersion])('$name: $decided', ({ field, known, decided }) => {
    expect(setByPerson(field, known ?? [], toolManagers([]))).toBe(decided);
  });
});

describe('manifests that say enabled: true', () => {
  const table: { name: string; known: string[]; field: EnabledField; next: string[] }[] = [
    { name: 'are found', known: [], field: aField({ owners: [SSA], manifests: [SSA, CSA] }), next: [SSA, CSA] },
    { name: 'are kept while the mirror has taken the field from them', known: [SSA], field: MIRRORED, next: [SSA] },
    {
      name: 'of kubectl apply are kept by what was applied last',
      known: [CSA],
      field: { ...MIRRORED, manifests: [CSA] },
      next: [CSA],
    },
    {
      name: 'are forgotten when they are seen to say false',
      known: [SSA],
      field: aField({ enabled: false, owners: [BREAKER_FIELD_MANAGER, SSA] }),
      next: [],
    },
    { name: 'of kubectl apply are forgotten when they no longer say it', known: [CSA, SSA], field: MIRRORED, next: [SSA] },
    { name: 'are kept while a person holds the field', known: [SSA], field: aField({ owners: ['kubectl-patch'] }), next: [SSA] },
  ];
  test.each(table)('$name', ({ known, field, next }) => {
    expect(rememberManifests(known, field)).toEqual(next);
  });

  test('are the same list while nothing is new', () => {
    const known = [SSA];
    expect(rememberManifests(known, aField({ owners: [SSA], manifests: [SSA] }))).toBe(known);
  });

  test('are 20 at most, the newest', () => {
    const many = Array.from({ length: 25 }, (_, index) => `tool-${index}`);
    expect(rememberManifests([], aField({ manifests: many }))).toEqual(many.slice(5));
  });
});
