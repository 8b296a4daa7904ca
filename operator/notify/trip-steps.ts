import { tenantKey, type TenantName } from '#common/tenant-key.ts';
import { RESET_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { TripNotice } from '../controller/ports.ts';
import type { Step, TenantHome } from './mail-content.ts';

const LOOK_AT_LOG: Step = {
  words:
    'Find the cause: the provisioning log of the directory shows the answer to each failed request, with the attribute and value that were refused.',
  command: null,
};

const LOOK_AT_SCOPE: Step = {
  words:
    'Look in the directory first: which people or groups were taken from the application, and was a scoping filter changed? (Entra ID: the application, Users and groups; Provisioning, Mappings, Source Object Scope. Okta: the application, Assignments.) Put back who shall stay.',
  command: null,
};

/** After too many failures. */
export function nextSteps(notice: TripNotice, home: TenantHome): readonly Step[] {
  return notice.switchedOff ? [LOOK_AT_LOG, ...switchOn(notice, home, 'Once it is mended, switch it on again')] : [LOOK_AT_LOG];
}

/** After a wave of deactivations. */
export function nextStepsOfWave(notice: TripNotice, home: TenantHome): readonly Step[] {
  if (!notice.switchedOff) return [LOOK_AT_SCOPE, ...switchOff(notice.tenant, home)];
  return [
    LOOK_AT_SCOPE,
    {
      words:
        'If all of it is meant, raise users.maxDeactivations of the ScimTenant first, to a number or a percentage that is enough, so that all of them go at once:',
      command: "spec:\n  users:\n    maxDeactivations: '<number or percentage>'",
    },
    ...switchOn(notice, home, 'Switch it on again. Each time lets another portion of people through, also under the limit as it is'),
  ];
}

/** The annotation makes it work where a tool has put `enabled: true` back already, so that writing it changes nothing. */
function switchOn({ tenant, time }: TripNotice, home: TenantHome, words: string): readonly Step[] {
  if (home === 'directory') return [inFile(tenant, words, true)];
  return [
    {
      words: `${words}:`,
      command: patch(tenant, { metadata: { annotations: { [RESET_AT_ANNOTATION]: time } }, spec: { enabled: true } }),
    },
    {
      words:
        'Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:',
      command: "spec:\n  failurePolicy:\n    resetToken: '<any new value>'",
    },
  ];
}

function switchOff(tenant: TenantName, home: TenantHome): readonly Step[] {
  const words = 'If it is not meant, switch the synchronisation off until the directory is mended';
  return [
    home === 'directory' ? inFile(tenant, words, false) : { words: `${words}:`, command: patch(tenant, { spec: { enabled: false } }) },
  ];
}

function inFile(tenant: TenantName, words: string, enabled: boolean): Step {
  return { words: `${words}, in the YAML file of the ScimTenant ${tenantKey(tenant)}:`, command: `spec:\n  enabled: ${enabled}` };
}

function patch({ namespace, name }: TenantName, body: object): string {
  return `kubectl -n ${namespace} patch scimtenant ${name} --type merge -p '${JSON.stringify(body)}'`;
}
