import { z } from 'zod';
import { booleanVariable, listVariable } from '#common/env.ts';
import { toolManagerProblems, toolManagers } from './breaker/tool-managers.ts';

export interface BreakerConfig {
  /** Trips are told and don't happen. */
  readonly dryRun: boolean;
  /** Who gets a mail when many tenants fail at once. */
  readonly platformEmails: readonly string[];
  /** Field managers that decide nothing about `spec.enabled`; see `toolManagers`. */
  readonly tools: readonly string[];
}

const emailVariable = z
  .string()
  .regex(/^[^@\s<>]+@[^@\s<>]+$/, 'write e-mail addresses such as scim@example.com, with commas between them');

export const breakerVariables = {
  BREAKER_DRY_RUN: booleanVariable().default(false),
  PLATFORM_EMAILS: listVariable(emailVariable).optional(),
};

/** A field manager has at most 128 characters; a comma ends the entry. */
const toolVariable = z
  .string()
  .regex(/^!?[^\s!*]{0,128}\*?$/, 'write names of field managers, such as ci-deployer or ci-*, with commas between them');

/** Entries of TOOL_FIELD_MANAGERS; see `toolManagers`. */
export function toolsVariable() {
  return listVariable(toolVariable).superRefine((entries, context) => {
    for (const message of toolManagerProblems(entries)) context.addIssue({ code: 'custom', message });
  });
}

/** @param entries of TOOL_FIELD_MANAGERS */
export function breakerConfigOf(
  variables: { readonly BREAKER_DRY_RUN: boolean; readonly PLATFORM_EMAILS?: readonly string[] | undefined },
  entries: readonly string[] = [],
): BreakerConfig {
  return { dryRun: variables.BREAKER_DRY_RUN, platformEmails: variables.PLATFORM_EMAILS ?? [], tools: toolManagers(entries) };
}
