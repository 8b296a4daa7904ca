import type { FailureClass } from '#common/pod-report.ts';

/** What each class of failure means to whoever administers the directory, and where to look. */
export const FAILURE_WORDS: Readonly<Record<FailureClass, string>> = {
  InvalidValue: 'A value does not fit the attribute mapping, or a required attribute is missing (400 invalidValue)',
  InvalidSyntax: 'A request is not well-formed SCIM (400 invalidSyntax)',
  InvalidPath: 'A change names an attribute path that is not known (400 invalidPath)',
  InvalidFilter: 'A search uses a filter that is not supported (400 invalidFilter)',
  Uniqueness: 'A userName or other unique value belongs to somebody else already (409 uniqueness)',
  OtherClientError: 'A request was refused for another reason (400 or 409)',
  StoreUnavailable: 'The database could not be reached (503); the cause is on the side of this service',
  InternalError: 'The SCIM service failed (500); the cause is on the side of this service',
};
