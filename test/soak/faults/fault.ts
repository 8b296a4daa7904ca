import type { Random } from '../random.ts';
import type { Installation } from '../installation.ts';

/** `storm`: everything is ended. `weather`: the operators, and all pods but one, live on, so that their memory can be watched. */
export type Season = 'storm' | 'weather';

export interface Fault {
  readonly name: string;
  /** What it strikes; two faults at once never have the same. */
  readonly target: 'operator' | 'pod' | 'Kubernetes' | 'MongoDB' | 'mail';
  readonly weight: number;
  /** Absent for one that comes in both. */
  readonly seasons?: readonly Season[];
  /** Does it, and undoes it; resolves when all of it is over. */
  strike(installation: Installation, random: Random, season: Season): Promise<void>;
}
