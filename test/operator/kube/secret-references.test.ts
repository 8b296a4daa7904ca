import { describe, expect, test } from '@jest/globals';
import { SecretReferences } from '#operator/kube/secret-references.ts';

describe('SecretReferences', () => {
  test('a Secret leads to the tenants of its namespace that refer to it', () => {
    const references = new SecretReferences();
    references.set('a/one', 'shared');
    references.set('a/two', 'shared');
    references.set('b/three', 'shared');
    expect(references.tenantsOf('a/shared')).toEqual(['a/one', 'a/two']);
    expect(references.tenantsOf('b/shared')).toEqual(['b/three']);
    expect(references.tenantsOf('c/shared')).toEqual([]);
  });

  test('a tenant that refers to another Secret, or has gone, is no longer found by the former', () => {
    const references = new SecretReferences();
    references.set('a/one', 'first');
    references.set('a/one', 'second');
    references.set('a/one', 'second');
    expect(references.tenantsOf('a/first')).toEqual([]);
    expect(references.tenantsOf('a/second')).toEqual(['a/one']);
    references.set('a/one', null);
    references.set('a/one', null);
    expect(references.tenantsOf('a/second')).toEqual([]);
  });
});
