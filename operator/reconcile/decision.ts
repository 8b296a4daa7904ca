import type { TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { BreakerResult } from '../breaker/evaluate-breaker.ts';
import type { RunProblem } from './run-problem.ts';
import type { TokenState } from './token-state.ts';

/** What the run wants to be the case. */
export interface Decision {
  /** Null when it can't be read. */
  readonly spec: ScimTenantSpec | null;
  /** Nothing is to be changed for this tenant. */
  readonly paused: boolean;
  readonly breaker: BreakerResult;
  /** Who has put `spec.enabled` back to true without being a person who decides; empty while nobody has. */
  readonly revertedBy: readonly string[];
  /** What is to be done to the finalizer; null leaves it alone. */
  readonly finalizer: 'add' | 'remove' | null;
  /** What is to be done to `spec.enabled`; null leaves it alone. */
  readonly mirror: 'write' | 'release' | null;
  readonly token: Pick<TokenState, 'status' | 'problem' | 'age' | 'create' | 'rotation'>;
  /** Unreadable spec or mapping. */
  readonly specProblem: RunProblem | null;
  /** The config that shall be in force; null when there has never been a usable one. */
  readonly config: TenantConfig | null;
  /** Of that config. */
  readonly revision: string | null;
}
