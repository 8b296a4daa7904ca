import type { PresetRule } from './preset-rule.ts';

/** Who somebody is, whether they may sign in and where a mail reaches them; every directory sends these. */
export const MINIMAL: readonly PresetRule[] = [
  { source: 'userName', target: 'login', required: true },
  { source: 'active', target: 'active', type: 'Boolean' },
  { source: 'name.givenName', target: 'firstName' },
  { source: 'name.familyName', target: 'lastName' },
  { sources: ['emails[type eq "work"].value', 'emails[primary eq true].value'], target: 'email' },
];
