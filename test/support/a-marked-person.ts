const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** In each value of a person that nobody else may be told. */
export const MARK = /zyqx|99555/i;

/** Whom a directory sends; only the ids of `externalId`, which a status may show, say nothing of the person. */
export function aMarkedPerson(number: string | number, changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    externalId: `directory-id-${number}`,
    userName: `Zyqx.Login.${number}@zyqx.example`,
    active: true,
    name: { givenName: `Zyqxgiven ${number}`, familyName: `Zyqxfamily ${number}` },
    title: `Zyqx title ${number}`,
    emails: [{ type: 'work', value: `zyqx.mail.${number}@zyqx.example`, primary: true }],
    phoneNumbers: [{ type: 'mobile', value: `+99555 ${number}` }],
    [ENTERPRISE]: { department: `Zyqx department ${number}` },
    ...changes,
  };
}
