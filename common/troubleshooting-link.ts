import type { FailureReason } from './failure-reasons.ts';

/** Heading in docs/troubleshooting.md of each reason that a status, an event, a mail or an answer may give. */
export const TROUBLESHOOTING_HEADINGS = {
  // Answers of the SCIM service.
  Url: 'No answer from the URL',
  Unauthorized: 'Unauthorized',
  Starting: 'Starting',
  ConfigRefused: 'Config refused',
  InvalidValue: 'Invalid value',
  RequiredAttribute: 'Required attribute',
  IgnoredAttribute: 'Ignored attributes',
  InvalidSyntax: 'Invalid syntax',
  InvalidPath: 'Invalid path',
  InvalidFilter: 'Invalid filter',
  OtherClientError: 'Other client error',
  Uniqueness: 'Uniqueness',
  AmbiguousMatch: 'Ambiguous match',
  RateLimit: 'Rate limit',
  TooLarge: 'Too large',
  PageSize: 'Page size',
  SwitchedOff: 'Switched off',
  Tripped: 'Tripped',
  DeactivationWave: 'Deactivation wave',
  Deleting: 'Being deleted',
  Quarantine: 'Quarantine in Entra ID',
  StoreUnavailable: 'Store unavailable',
  InternalError: 'Internal error',

  // Conditions and events of a ScimTenant.
  SpecInvalid: 'Spec invalid',
  MappingInvalid: 'Mapping invalid',
  MappingChanged: 'Mapping changed',
  TokenSecretMissing: 'Token missing',
  TokenKeyMissing: 'Token missing',
  TokenUnusable: 'Token unusable',
  TokenTooShort: 'Token unusable',
  TokenSecretUnreadable: 'Token Secret unreadable',
  CreatingToken: 'Token created',
  TokenCreated: 'Token created',
  TokenNotCreated: 'Token not created',
  ExpiresSoon: 'Token expiring',
  Expired: 'Token expiring',
  TokenExpiresSoon: 'Token expiring',
  TokenExpired: 'Token expiring',
  TokenRotated: 'Token rotated',
  RotationRefused: 'Token not rotated',
  TokenNotRotated: 'Token not rotated',
  Disabled: 'Switched off',
  TooManyFailures: 'Tripped',
  DryRun: 'Dry run',
  PlatformFailure: 'Platform failure',
  FreezeReleased: 'Platform failure',
  Paused: 'Paused',
  Resumed: 'Paused',
  WaitingForPods: 'Waiting for pods',
  ConfigNotWritten: 'Config not written',
  FinalizerNotWritten: 'Finalizer not written',
  DeletionStarted: 'Being deleted',
  PeopleRemoved: 'Being deleted',
  PeopleKept: 'Being deleted',
  DeletionGivenUp: 'Deletion given up',
  Sending: 'Mail not delivered',
  Retrying: 'Mail not delivered',
  WrittenToLog: 'Mail written to the log',
  Accepted: 'In order',
  Programmed: 'In order',
  Delivered: 'In order',
  Resolved: 'In order',
  BreakerClosed: 'In order',
} as const satisfies Readonly<Record<FailureReason, string>> & Readonly<Record<string, string>>;

/** What has its paragraph in docs/troubleshooting.md. */
export type DocumentedReason = keyof typeof TROUBLESHOOTING_HEADINGS;

export function isDocumentedReason(reason: string): reason is DocumentedReason {
  return Object.hasOwn(TROUBLESHOOTING_HEADINGS, reason);
}

/**
 * Where docs/troubleshooting.md explains a reason.
 * @param docsUrl where the folder `docs` is published, without a slash at the end; null gives the path in the repository
 */
export function troubleshootingLink(reason: DocumentedReason, docsUrl: string | null): string {
  return `${docsUrl ?? 'docs'}/troubleshooting.md#${anchorOf(TROUBLESHOOTING_HEADINGS[reason])}`;
}

/** As GitHub makes it from a heading of letters, digits and spaces. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
