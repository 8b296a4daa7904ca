import type { MailBook } from '../model/mail-book.ts';
import type { PeopleBook } from '../model/people-book.ts';
import type { TenantIntent } from '../model/tenant-intent.ts';
import type { Actual } from './actual.ts';
import { auditLeftovers } from './audit-leftovers.ts';
import { auditMails } from './audit-mails.ts';
import { auditPeople } from './audit-people.ts';
import { auditTenants } from './audit-tenants.ts';

/** All that is wanted. */
export interface Wanted {
  readonly tenants: readonly { readonly intent: TenantIntent; readonly book: PeopleBook }[];
  readonly mails: MailBook;
}

/** @returns one line for each difference between what is wanted and what is there; none when nothing differs */
export function audit({ tenants, mails }: Wanted, actual: Actual): readonly string[] {
  const intents = tenants.map(({ intent }) => intent);
  return [
    ...auditTenants(intents, actual),
    ...tenants.flatMap(({ intent, book }) => auditPeople(intent, book, actual)),
    ...auditLeftovers(intents, actual),
    ...auditMails(mails, actual),
  ];
}
