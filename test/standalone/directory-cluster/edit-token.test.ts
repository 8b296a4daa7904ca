import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { aTenant } from '#test/support/a-tenant.ts';
import { editToken } from '../../../standalone/directory-cluster/edit-token.ts';

const ASKED = aTenant({ annotations: { 'scim-operator.dev/rotate-at': '1730000000' } });
const NEW = { name: 'scim-token', key: 'token', token: 'a-new-token' };

const FILE = `\
# ours
apiVersion: v1
kind: Secret
metadata:
  name: scim-token # the name
  namespace: team-hr
stringData:
  token: an-old-token
  other: stays
`;

describe('editToken', () => {
  test('writes the token and what it was made for, and leaves comments and other keys', () => {
    expect(editToken(FILE, ASKED, NEW)).toBe(`\
# ours
apiVersion: v1
kind: Secret
metadata:
  name: scim-token # the name
  namespace: team-hr
  annotations:
    scim-operator.dev/rotate-at: "1730000000"
stringData:
  token: a-new-token
  other: stays
`);
  });

  test('replaces a token that was written in base64', () => {
    const text = FILE.replace(/stringData:[^]*/, `data:\n  token: ${Buffer.from('an-old-token').toString('base64')}\n`);
    const edited = editToken(text, aTenant(), NEW);
    expect(parseAllDocuments(edited)[0]!.toJS()).toMatchObject({ data: {}, stringData: { token: 'a-new-token' } });
    expect(edited).not.toContain('annotations');
  });

  test('leaves the other documents of the file', () => {
    const other = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: acme\n';
    const twin = FILE.replace('namespace: team-hr', 'namespace: other');
    const read = parseAllDocuments(editToken(`${other}---\n${twin}---\n${FILE}`, ASKED, NEW)).map((document) => document.toJS());
    expect(read.slice(0, 2)).toEqual(parseAllDocuments(`${other}---\n${twin}`).map((document) => document.toJS()));
    expect(read[2]).toMatchObject({ stringData: { token: 'a-new-token' } });
  });

  test.each([
    { name: 'has gone', text: FILE.replace('scim-token', 'another') },
    { name: 'is an alias', text: `x: &secret\n  token: an-old-token\n${FILE.replace(/stringData:[^]*/, 'stringData: *secret\n')}` },
  ])('says without the token that a Secret $name', ({ text }) => {
    const edit = (): string => editToken(text, ASKED, NEW);
    expect(edit).toThrow(/^Secret team-hr\/scim-token/);
    expect(edit).not.toThrow(/an-old-token|a-new-token/);
  });
});
