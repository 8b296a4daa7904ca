import { tenantKey } from '#common/tenant-key.ts';
import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { ROTATE_AT_ANNOTATION } from '../api/scim-tenant.ts';
import type { TokenExpiryNotice } from '../controller/ports.ts';
import { readTokenCommand } from '../reconcile/token-commands.ts';
import { inWords, noticeFacts, titleOf, type ContentOptions, type MailContent, type Step } from './mail-content.ts';

export function tokenContent(notice: TokenExpiryNotice, options: ContentOptions): MailContent {
  const { subject, opening, end } = wordsOf(notice);
  return {
    subject: `[SCIM] ${subject}`,
    opening,
    facts: [...noticeFacts(notice), [end, inWords(notice.expiresAt)]],
    failures: [],
    next: notice.state === 'Replaced' ? [storeInDirectory(notice, options)] : [renew(notice, options), storeInDirectory(notice, options)],
    link: troubleshootingLink(notice.state === 'Replaced' ? 'TokenRotated' : notice.state, options.docsUrl),
  };
}

/** `end` is the label of the time. */
function wordsOf(notice: TokenExpiryNotice): { readonly subject: string; readonly opening: string; readonly end: string } {
  const title = titleOf(notice);
  switch (notice.state) {
    case 'ExpiresSoon':
      return {
        subject: `The token of ${title} is due for a change`,
        opening: `The token with which the directory signs in for ${title} comes up to tokenPolicy.maxAge. It is accepted afterwards too, but it is older then than it should be.`,
        end: 'Due',
      };
    case 'Expired':
      return {
        subject: `The token of ${title} is older than it should be`,
        opening: `The token with which the directory signs in for ${title} is older than tokenPolicy.maxAge. It is still accepted, since switching it off would stop the synchronisation.`,
        end: 'Was due',
      };
    case 'Replaced':
    default:
      return {
        subject: `The token of ${title} was replaced: store the new one in the directory`,
        opening: `${title} has a new token. The one that the directory uses is refused from the time below on, and the synchronisation stops then unless the directory has the new one.`,
        end: 'Old until',
      };
  }
}

function renew({ tenant, secret, rotatable, overlap }: TokenExpiryNotice, { home }: ContentOptions): Step {
  const accepted = `the old one is accepted for ${overlap} from then on`;
  if (home === 'directory') {
    return rotatable
      ? {
          words: `Have a new token made (${accepted}), by an annotation in the YAML file of the ScimTenant ${tenantKey(tenant)}:`,
          command: `metadata:\n  annotations:\n    ${ROTATE_AT_ANNOTATION}: '<any new value>'`,
        }
      : {
          words: `Write a new token of at least 24 characters into the Secret ${secret.name}, key ${secret.key} (${accepted}).`,
          command: null,
        };
  }
  return rotatable
    ? {
        words: `Have a new token made (${accepted}):`,
        command: `kubectl -n ${tenant.namespace} annotate scimtenant ${tenant.name} ${ROTATE_AT_ANNOTATION}="$(date +%s)" --overwrite`,
      }
    : {
        words: `Store a new token where Secret ${secret.name} comes from (${accepted}). If it is written by hand:`,
        command: `kubectl -n ${tenant.namespace} patch secret ${secret.name} -p "{\\"stringData\\":{\\"${secret.key}\\":\\"$(openssl rand -base64 32)\\"}}"`,
      };
}

function storeInDirectory({ tenant, secret }: TokenExpiryNotice, { home }: ContentOptions): Step {
  const words =
    'Store the new token in the directory as its secret token (Entra ID: the application, Provisioning, Admin credentials. Okta: the application, Provisioning, Integration).';
  return home === 'directory'
    ? { words: `${words} It is in the YAML file of the Secret ${secret.name}.`, command: null }
    : { words: `${words} Read it with:`, command: readTokenCommand({ namespace: tenant.namespace, ...secret }) };
}
