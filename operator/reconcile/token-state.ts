import { parseDuration } from '#common/duration.ts';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { TenantConfig, TokenDigest } from '#common/tenant-config.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { NO_TOKEN, type TokenStatus } from '../api/scim-tenant-status.ts';
import type { Observed } from './observed.ts';
import { stalled, waiting, type RunProblem } from './run-problem.ts';
import { seenRotateAt, tokenRotation, type TokenRotation } from './token-rotation.ts';

/** 24 characters of base64url carry 144 bits, more than can be guessed. */
const MIN_TOKEN_LENGTH = 24;
/** `tokenPolicy.maxAge` warns from here on, so that a change fits into anybody's month. */
export const EXPIRY_WARNING_MS = 20 * 24 * 3_600_000;
/** The Secret was written in this run; the next one reads it. */
export const WRITTEN_SECRET_WAIT_MS = 200;

export interface TokenState {
  /** For the derived config: the current token first, then previous ones that are still valid. */
  readonly digests: readonly TokenDigest[];
  readonly status: TokenStatus;
  /** Null while there is a usable token. */
  readonly problem: RunProblem | null;
  readonly age: 'Fine' | 'ExpiresSoon' | 'Expired';
  /** The Secret must be created. */
  readonly create: boolean;
  /** Whether a new token replaces the one in the Secret, now or later. */
  readonly rotation: Pick<TokenRotation, 'due' | 'at'>;
}

export const NO_ROTATION: TokenState['rotation'] = { due: null, at: null };

/**
 * What the token Secret means.
 *
 * - A new value is a rotation: the token before it stays valid for `tokenPolicy.overlap`, counted from the run that saw
 *   the change. Shortening the overlap shortens what is left; `0s` ends it at once.
 * - A value that can't be used (too short, characters that no header carries) is a rotation too, to no token.
 * - A Secret or key that is gone is a revocation: no token is valid any more, previous ones included, and every request
 *   gets 401. With `tokenPolicy.generate` a Secret that is gone is made again, with a new token.
 * - A Secret that can't be read says nothing: the tokens that are in force stay.
 */
export function tokenState(input: {
  readonly tenant: ScimTenant;
  readonly spec: ScimTenantSpec;
  readonly secret: Observed['tokenSecret'];
  readonly derived: TenantConfig | null;
  readonly previous: TokenStatus | null;
  readonly now: number;
}): TokenState {
  const { tenant, spec, secret, derived, previous, now } = input;
  const { name, key } = spec.tokenSecretRef;
  if (secret !== null && 'problem' in secret) return withoutChange(derived, previous, secret.problem, now);
  const kept = { observedRotateAt: seenRotateAt(tenant, previous), refusedRotation: null };
  if (secret === null && spec.tokenPolicy.generate) {
    const problem = waiting('CreatingToken', `Creating Secret "${name}" with a new token`, WRITTEN_SECRET_WAIT_MS);
    return { ...withoutToken([], kept), problem, create: true };
  }
  if (secret === null) return { ...withoutToken([], kept), problem: missing(name, key, true) };

  const text = secret.data[key];
  const token = text === undefined ? null : withoutNewline(text);
  const problem = token === null ? missing(name, key, false) : unusable(token, name, key);
  const sha256 = token === null || problem ? null : sha256Hex(token);
  const fingerprint = sha256 === null ? null : fingerprintOf(sha256);
  const known = previous !== null && previous.fingerprint === fingerprint ? previous.rotatedAt : null;
  const rotatedAt = fingerprint === null ? null : (known ?? rfc3339(now));
  const rotation = tokenRotation({ tenant, spec, secret, previous, token: { fingerprint, rotatedAt }, now });
  const accepted = (derived?.tokenDigests ?? []).filter((digest) => wasAccepted(digest, previous));
  // A key that is gone is a revocation.
  const old = token === null ? [] : previousDigests(accepted, sha256, now, parseDuration(spec.tokenPolicy.overlap));
  if (sha256 === null || rotatedAt === null) return { ...withoutToken(old, rotation.status), problem, rotation };

  const { maxAge } = spec.tokenPolicy;
  const expiresAt = maxAge === undefined ? null : Date.parse(rotatedAt) + parseDuration(maxAge);
  return {
    digests: [{ sha256, validUntil: null }, ...old],
    status: {
      fingerprint,
      rotatedAt,
      expiresAt: expiresAt === null ? null : rfc3339(expiresAt),
      previousValidUntil: latest(old),
      ...rotation.status,
    },
    problem: null,
    age: ageOf(expiresAt, rotation.at, now),
    create: false,
    rotation,
  };
}

/** `kubectl create secret --from-file` keeps the newline at a file's end, which nobody means as part of a token. */
function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function missing(name: string, key: string, whole: boolean): RunProblem {
  const next = `every request gets 401 until it is there; create it with: kubectl create secret generic ${name} --from-literal=${key}=<token>`;
  return whole
    ? stalled(
        'TokenSecretMissing',
        `Secret "${name}" does not exist in this namespace, so no token is valid; ${next}; or set tokenPolicy.generate`,
      )
    : stalled('TokenKeyMissing', `Secret "${name}" has no key "${key}", so no token is valid; add the key or correct tokenSecretRef.key`);
}

/** Messages tell lengths and places, never a piece of the token. */
function unusable(token: string, name: string, key: string): RunProblem | null {
  if (/[^\x21-\x7e]/.test(token)) {
    return stalled(
      'TokenUnusable',
      `Key "${key}" of Secret "${name}" holds whitespace or characters outside of ASCII, which no Authorization header carries; store the bare token`,
    );
  }
  if (token.length < MIN_TOKEN_LENGTH) {
    return stalled(
      'TokenTooShort',
      `Key "${key}" of Secret "${name}" has ${token.length} characters; a token needs at least ${MIN_TOKEN_LENGTH}, for example from: openssl rand -base64 32`,
    );
  }
  return null;
}

function fingerprintOf(sha256: string): string {
  return `sha256:${sha256.slice(0, 12)}`;
}

/**
 * Whether the status bears out that a digest in the derived config was a token of this tenant: what somebody wrote into
 * the derived config must not live on as a previous token.
 * @param status as it is stored; null when there is none to be asked
 */
function wasAccepted({ sha256, validUntil }: TokenDigest, status: TokenStatus | null): boolean {
  if (status === null || status.fingerprint === fingerprintOf(sha256)) return true;
  return validUntil !== null && status.previousValidUntil !== null && Date.parse(validUntil) <= Date.parse(status.previousValidUntil);
}

function previousDigests(digests: readonly TokenDigest[], current: string | null, now: number, overlap: number): TokenDigest[] {
  return digests
    .filter(({ sha256 }) => sha256 !== current)
    .map(({ sha256, validUntil }) => ({ sha256, until: Math.min(validUntil === null ? Infinity : Date.parse(validUntil), now + overlap) }))
    .filter(({ until }) => until > now)
    .map(({ sha256, until }) => ({ sha256, validUntil: rfc3339(until) }));
}

function withoutToken(
  digests: readonly TokenDigest[],
  rotation: Pick<TokenStatus, 'observedRotateAt' | 'refusedRotation'>,
): Omit<TokenState, 'problem'> {
  return {
    digests,
    status: { ...NO_TOKEN, previousValidUntil: latest(digests), ...rotation },
    age: 'Fine',
    create: false,
    rotation: NO_ROTATION,
  };
}

function withoutChange(derived: TenantConfig | null, previous: TokenStatus | null, problem: string, now: number): TokenState {
  const digests = (derived?.tokenDigests ?? []).filter(({ validUntil }) => validUntil === null || Date.parse(validUntil) > now);
  const status = { ...(previous ?? NO_TOKEN), previousValidUntil: latest(digests) };
  const unreadable = stalled('TokenSecretUnreadable', `${problem}; the tokens in force stay`);
  return { digests, status, age: 'Fine', create: false, rotation: NO_ROTATION, problem: unreadable };
}

function latest(digests: readonly TokenDigest[]): string | null {
  const times = digests.flatMap(({ validUntil }) => (validUntil === null ? [] : [Date.parse(validUntil)]));
  return times.length === 0 ? null : rfc3339(Math.max(...times));
}

/** @param rotatesAt when the operator makes a new token by itself, which leaves nothing to warn of before */
function ageOf(expiresAt: number | null, rotatesAt: number | null, now: number): TokenState['age'] {
  if (expiresAt === null || now < expiresAt - EXPIRY_WARNING_MS) return 'Fine';
  if (now >= expiresAt) return 'Expired';
  return rotatesAt !== null && rotatesAt < expiresAt ? 'Fine' : 'ExpiresSoon';
}
