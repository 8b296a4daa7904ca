import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenNotice } from '../model/mail-book.ts';
import { fingerprintOf, type TenantIntent } from '../model/tenant-intent.ts';
import { isPresent } from './edit-chapters.ts';
import type { Chapter, TenantContext } from './tenant-context.ts';

type TokenFate = 'accepted' | 'refused' | 'either';

/** Each is tried on each pod, each time that is looked. */
const MOST_TOKENS = 8;

/** The life of a token: replaced by its owner or by the operator, taken away, given back; and who has no business with a derived Secret. */
export const TOKEN_CHAPTERS: readonly Chapter[] = [
  {
    name: 'a new token by its owner',
    weight: 2,
    applies: (intent) => isPresent(intent) && !intent.generatesToken,
    happen: (context) => replaceToken(context, newToken()),
  },
  {
    name: 'a new token by the operator, on demand',
    weight: 2,
    applies: (intent) => isPresent(intent) && intent.generatesToken,
    async happen(context) {
      const { intent, kube, random } = context;
      const before = intent.token;
      const fate = await fateOfOld(context);
      const annotations = { 'scim-operator.dev/rotate-at': `${random.int(1, 1e9)}` };
      await kube.patchTenant(intent, { metadata: { annotations } }, 'kubectl-annotate');
      await readToken(context, (token) => token !== before, fate);
    },
  },
  {
    name: 'the Secret of a token deleted',
    weight: 1,
    applies: isPresent,
    async happen(context) {
      const { intent, kube, random } = context;
      const before = intent.token;
      await kube.removeToken(intent);
      // That ends all tokens, once the operator sees it; and it may be there again before that.
      forgetCertainty(intent);
      if (intent.generatesToken) return readToken(context, (token) => token !== before);
      await sleep(random.int(500, 6_000));
      return replaceToken(context, newToken(), 'either');
    },
  },
  {
    name: 'a derived Secret deleted or tampered with',
    weight: 3,
    applies: isPresent,
    async happen({ intent, kube, random }) {
      const foreign = newToken();
      const [body, isTold] = tampering(random.int(0, 3), intent, foreign);
      await kube.patchDerived(intent, body);
      // Previous tokens stand in the derived Secret and nowhere else.
      if (isTold) forgetCertainty(intent);
      rememberToken(intent, foreign, 'refused');
    },
  },
];

/** @returns the merge patch, null to delete, and whether previous tokens may be lost over it */
function tampering(kind: number, intent: TenantIntent, foreign: string): readonly [body: object | null, losesTokens: boolean] {
  const [namespace, name] = [intent.namespace, intent.name];
  const config = (value: string): object => ({ data: { 'config.json': Buffer.from(value).toString('base64') } });
  switch (kind) {
    case 0:
      return [null, true];
    case 1:
      return [config('no config at all'), true];
    case 2:
      return [config(JSON.stringify({ version: 1, namespace, name, tokenDigests: [foreign] })), true];
    default:
      return [{ metadata: { annotations: { 'example.com/touched': foreign } } }, false];
  }
}

/** What is owed for a token that came into force, and what becomes of the one before. */
export function tokenChanged({ intent, mails }: TenantContext, token: string, before: TokenFate): void {
  if (intent.token !== null && intent.token !== token) rememberToken(intent, intent.token, before);
  intent.token = token;
  if (intent.uid !== null && intent.hasMaxAge) mails.allow(intent.uid, tokenNotice(token), intent.contacts);
}

/** Reads a token that the operator makes, once it is there. @param before what becomes of the one before */
export async function readToken(context: TenantContext, isNew: (token: string) => boolean, before: TokenFate = 'either'): Promise<void> {
  const { intent, kube } = context;
  const token = await kube.until(`a token made for ${intent.name}`, async () => {
    const found = await kube.token(intent);
    return found !== null && isNew(found) ? found : null;
  });
  tokenChanged(context, token, before);
}

async function replaceToken(context: TenantContext, token: string, before?: TokenFate): Promise<void> {
  const fate = before ?? (await fateOfOld(context));
  await context.kube.writeToken(context.intent, token);
  tokenChanged(context, token, fate);
}

/** What becomes of the token in force when another takes its place. */
async function fateOfOld(context: TenantContext): Promise<TokenFate> {
  if (context.intent.overlap === '0s') return 'refused';
  return (await isInForce(context)) ? 'accepted' : 'either';
}

/** Whether the operator knows the token: one that is replaced before it was seen has never been accepted. */
async function isInForce({ intent, kube }: TenantContext): Promise<boolean> {
  const tenant = await kube.tenant(intent).catch(() => null);
  return intent.token !== null && tenant?.status?.token?.fingerprint === fingerprintOf(intent.token);
}

function rememberToken(intent: TenantIntent, token: string, fate: TokenFate): void {
  intent.otherTokens = new Map([...intent.otherTokens, [token, fate] as const].slice(-MOST_TOKENS));
}

function forgetCertainty(intent: TenantIntent): void {
  intent.otherTokens = new Map([...intent.otherTokens].map(([token, wanted]) => [token, wanted === 'accepted' ? 'either' : wanted]));
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}
