import type { SmtpSink } from '../../support/smtp-sink.ts';
import type { MailBook } from '../model/mail-book.ts';
import type { PeopleBook } from '../model/people-book.ts';
import type { TenantIntent } from '../model/tenant-intent.ts';
import type { Random } from '../random.ts';
import type { Dialect } from './dialects.ts';
import type { DirectoryLine } from './directory-line.ts';
import type { GitOps } from './git-ops.ts';
import type { Kube } from './kube.ts';
import type { TripSlots } from './trip-slots.ts';

/** What those who deal with one tenant work with. */
export interface TenantContext {
  readonly intent: TenantIntent;
  readonly book: PeopleBook;
  readonly random: Random;
  readonly dialect: Dialect;
  readonly kube: Kube;
  readonly gitOps: GitOps;
  readonly directory: DirectoryLine;
  readonly mails: MailBook;
  readonly smtp: SmtpSink;
  readonly tripSlots: TripSlots;
  /** Milliseconds for which nothing has been wrong. */
  readonly quietMs: () => number;
  /** Of something that is wrong. */
  readonly report: (finding: string) => void;
}

/** One thing that may happen to a tenant. */
export interface Chapter {
  readonly name: string;
  readonly weight: number;
  readonly applies: (intent: TenantIntent) => boolean;
  /** Returns false when it could not be done now. */
  readonly happen: (context: TenantContext) => Promise<boolean | void>;
}
