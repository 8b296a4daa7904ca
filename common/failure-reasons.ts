import type { FailureClass } from './pod-report.ts';

/** Why something did not work, as finely as a person who mends it wants to know. Each has its paragraph in docs/troubleshooting.md. */
export type FailureReason = FailureClass | 'RequiredAttribute' | 'AmbiguousMatch' | 'DeactivationWave';

/** For whoever administers the directory and knows no SCIM: what it means, and what to do next. One sentence each, no full stop. */
export interface Advice {
  readonly meaning: string;
  readonly action: string;
}

export const FAILURE_ADVICE: Readonly<Record<FailureReason, Advice>> = {
  InvalidValue: {
    meaning: 'A value that the directory sent does not fit the attribute mapping of this tenant',
    action: "Look up the attribute in the directory's provisioning log; correct the value in the directory, or the rule's type or valueMap",
  },
  RequiredAttribute: {
    meaning: 'The directory sent nothing for an attribute that the mapping of this tenant requires',
    action: 'Fill the attribute in the directory and add it to the attributes that it sends, or take `required` off the rule',
  },
  InvalidSyntax: {
    meaning: 'The directory sent a request that is not well-formed SCIM',
    action: "Look up the request in the directory's provisioning log; what was refused is the connector's to correct, not a person's data",
  },
  InvalidPath: {
    meaning: 'The directory changed an attribute under a name that SCIM does not know, or that nobody has declared',
    action: "Compare the target attributes of the directory's mapping with the /Schemas of this tenant and correct the name",
  },
  InvalidFilter: {
    meaning: 'The directory searched with a filter that can not be read or names no known attribute',
    action: 'Choose userName, externalId or another attribute of /Schemas as the matching attribute in the directory',
  },
  Uniqueness: {
    meaning: 'A userName, or the displayName of a group, belongs to somebody else in this tenant already',
    action: 'Find the two entries in the directory that share the name and give one of them another',
  },
  AmbiguousMatch: {
    meaning: 'More than one person whom the product already had fits somebody whom the directory sent, so nobody was adopted',
    action: 'Make the value of the matchExistingBy field unique among the people of the product, then send the person again',
  },
  OtherClientError: {
    meaning: 'A request of the directory was refused for another reason, such as a change of something that can not be changed',
    action: "Read the answer in the directory's provisioning log, which says what would be accepted",
  },
  DeactivationWave: {
    meaning:
      'The directory wanted to switch off more people than this tenant may lose at once, so those beyond the limit were left as they are',
    action:
      'Look at the scope and the assignments of the application in the directory first; if all of it is meant, raise users.maxDeactivations',
  },
  StoreUnavailable: {
    meaning: 'The database could not be reached; the cause is on the side of this service, not of the directory',
    action: 'Wait: the directory sends the requests again; whoever runs the service looks at the database',
  },
  InternalError: {
    meaning: 'The SCIM service failed; the cause is on the side of this service, not of the directory',
    action: 'Give the X-Request-Id of the failed request to whoever runs the service; its log has the cause',
  },
};
