import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantEvent } from './action.ts';
import { sourcesBeyond } from './newly-selected.ts';

/** An Event has room for a sentence; the mapping itself is where it was written. */
const NAMED = 10;

/**
 * Tells what a new mapping means for the people who are there.
 * @param before the config that was in force; where a run before has replaced it already, nobody can say what it took
 */
export function mappingChangedEvent(config: TenantConfig, before: TenantConfig | null): TenantEvent {
  const gone = before === null ? [] : sourcesBeyond(before.mapping, config.mapping);
  const consequences = [
    'The mapping changed; everybody is made anew from what the directory has sent',
    ...(gone.length > 0 ? [`no longer taken, and removed from the store: ${named(gone)}`] : []),
    ...(config.newlySelected.length > 0
      ? [
          `newly taken, and there when the directory has sent everybody again (in Entra ID: Restart provisioning): ${named(config.newlySelected)}`,
        ]
      : []),
  ];
  return { type: 'Normal', reason: 'MappingChanged', message: consequences.join('; ') };
}

function named(sources: readonly string[]): string {
  const more = sources.length - NAMED;
  return `${sources.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
