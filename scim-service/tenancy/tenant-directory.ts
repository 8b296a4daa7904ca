import type { Logger } from '#common/logger.ts';
import type { RefusedConfig } from '#common/pod-report.ts';
import { tenantConfigRevision, tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { compileTenantModel, TenantModelError, type TenantModel } from '../domain/tenant-model.ts';
import { acceptedDigests, type AcceptedDigest } from './authenticate.ts';
import type { ConfigSink } from './config-feed.ts';
import { IgnoredNames } from './ignored-names.ts';
import { OutcomeWindow } from './outcome-window.ts';
import { RateLimiter } from './rate-limiter.ts';
import { RecentFailures } from './recent-failures.ts';
import { isSameRefusal, RefusalNote } from './refusal-note.ts';
import { TenantActivity } from './tenant-activity.ts';
import { UpkeepNote } from './upkeep-note.ts';
import { WaveNote } from './wave-note.ts';

/** A tenant as one config serves it. A request keeps the one that it began with, so a change never meets it halfway. */
export interface ServedTenant {
  readonly key: TenantKey;
  readonly config: TenantConfig;
  readonly model: TenantModel;
  /** Of the config; see tenantConfigRevision. */
  readonly revision: string;
  readonly digests: readonly AcceptedDigest[];
  readonly limiter: RateLimiter;
  /** Belongs to `config.breakerEpoch`. */
  readonly window: OutcomeWindow;
  /** Belongs to `config.breakerEpoch` too. */
  readonly waves: WaveNote;
  /** Belongs to `model.projection`. */
  readonly ignored: IgnoredNames;
  readonly activity: TenantActivity;
  readonly failures: RecentFailures;
  readonly upkeep: UpkeepNote;
  readonly refusal: RefusalNote;
}

/** A tenant that has never had a config which this pod can serve. */
export interface UnservedTenant {
  readonly key: TenantKey;
  readonly refused: RefusedConfig;
}

/** A tenant that has a config. */
export type KnownTenant = ServedTenant | UnservedTenant;

/**
 * @param served null once the tenant is gone
 * @param before null when it wasn't served; the same as `served` when only its refusal began, changed or ended
 */
export type ServedListener = (key: TenantKey, served: ServedTenant | null, before: ServedTenant | null) => void;

/** Every tenant that this pod serves, compiled once when its config comes. */
export class TenantDirectory implements ConfigSink {
  readonly #tenants = new Map<TenantKey, ServedTenant>();
  readonly #unserved = new Map<TenantKey, UnservedTenant>();
  readonly #listeners = new Set<ServedListener>();
  readonly #logger: Logger;
  readonly #clock: () => number;
  #synced = false;
  #newestConfigAt: number | null = null;

  /** @param parts.clock milliseconds since 1970 */
  constructor(parts: { readonly logger: Logger; readonly clock: () => number }) {
    this.#logger = parts.logger;
    this.#clock = parts.clock;
  }

  set(config: TenantConfig): void {
    const key = tenantKeyOf(config);
    const revision = tenantConfigRevision(config);
    const previous = this.#tenants.get(key);
    if (previous?.revision === revision) {
      if (previous.refusal.note(null)) this.#tell(key, previous, previous);
      return;
    }
    let model: TenantModel;
    try {
      model = compileTenantModel(config, revision);
    } catch (error) {
      this.refuse(key, { revision, reason: error instanceof TenantModelError ? error.problems.join('; ') : String(error) });
      return;
    }
    this.#unserved.delete(key);
    const now = this.#clock();
    const served: ServedTenant = {
      key,
      config,
      model,
      revision,
      digests: acceptedDigests(config.tokenDigests),
      limiter: limiterFor(config, previous, now),
      ...keptOf(previous, model),
    };
    this.#tenants.set(key, served);
    this.#newestConfigAt = now;
    // At the start they come by the thousand.
    const level = this.#synced ? 'info' : 'debug';
    this.#logger[level]({ tenant: key, generation: config.generation, revision, state: config.state.kind }, 'tenant config is served');
    this.#tell(key, served, previous ?? null);
  }

  refuse(key: TenantKey, refused: RefusedConfig): void {
    const served = this.#tenants.get(key);
    const isNews = served === undefined ? !isSameRefusal(this.#unserved.get(key)?.refused ?? null, refused) : served.refusal.note(refused);
    if (!isNews) return;
    if (served === undefined) this.#unserved.set(key, { key, refused });
    const fields = { tenant: key, ...refused, served: served?.revision ?? null };
    this.#logger.error(fields, 'tenant config is refused; the last good one, if there was one, stays in force');
    if (served !== undefined) this.#tell(key, served, served);
  }

  delete(key: TenantKey): void {
    this.#unserved.delete(key);
    const previous = this.#tenants.get(key);
    if (previous === undefined) return;
    this.#tenants.delete(key);
    this.#logger.info({ tenant: key }, 'tenant is no longer served');
    this.#tell(key, null, previous);
  }

  /** Tells of each config that comes into force from now on, of each refusal of a served tenant, and of each tenant that goes. @returns ends it */
  onServed(listener: ServedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  synced(): void {
    if (!this.#synced) this.#logger.info({ tenants: this.#tenants.size }, 'all tenant configs were read');
    this.#synced = true;
  }

  /** False until every config that exists was read once; before that, an unknown tenant may be one that was not read yet. */
  get isSynced(): boolean {
    return this.#synced;
  }

  find(key: TenantKey): ServedTenant | null {
    return this.#tenants.get(key) ?? null;
  }

  tenants(): Iterable<ServedTenant> {
    return this.#tenants.values();
  }

  isUnserved(key: TenantKey): boolean {
    return this.#unserved.has(key);
  }

  /** All tenants that have a config; of one that can't be served each refusal is another object. */
  *everyone(): Generator<KnownTenant> {
    yield* this.#tenants.values();
    yield* this.#unserved.values();
  }

  /** How many tenants have a newest config that was refused. */
  refusals(): number {
    let count = this.#unserved.size;
    for (const { refusal } of this.#tenants.values()) if (refusal.current !== null) count += 1;
    return count;
  }

  /** Seconds since the newest config came into force; null before the first. */
  newestConfigAgeSeconds(): number | null {
    return this.#newestConfigAt === null ? null : Math.max(0, this.#clock() - this.#newestConfigAt) / 1_000;
  }

  #tell(...change: Parameters<ServedListener>): void {
    for (const listener of this.#listeners) listener(...change);
  }
}

/** What outlives a change of the config, each as far as it still holds. */
function keptOf(previous: ServedTenant | undefined, { config, projection }: TenantModel) {
  const ofEpoch = previous?.config.breakerEpoch === config.breakerEpoch ? previous : undefined;
  const ofProjection = previous?.model.projection === projection ? previous : undefined;
  return {
    window: ofEpoch?.window ?? new OutcomeWindow(),
    waves: ofEpoch?.waves ?? new WaveNote(),
    ignored: ofProjection?.ignored ?? new IgnoredNames(),
    activity: previous?.activity ?? new TenantActivity(),
    failures: previous?.failures ?? new RecentFailures(),
    upkeep: previous?.upkeep ?? new UpkeepNote(),
    // Of the config that takes its place there is nothing to refuse.
    refusal: new RefusalNote(),
  };
}

function limiterFor(config: TenantConfig, previous: ServedTenant | undefined, now: number): RateLimiter {
  if (previous === undefined) return new RateLimiter(config.rateLimit, now);
  previous.limiter.configure(config.rateLimit, now);
  return previous.limiter;
}
