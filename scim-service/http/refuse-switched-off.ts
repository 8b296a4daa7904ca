import type { MiddlewareHandler } from 'hono';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { AppEnv } from './app-context.ts';
import { unavailable } from './http-error.ts';

/** Seconds. A person has to act, so there is no use in asking more often. */
const SWITCHED_OFF_RETRY_AFTER = 300;

/** Answers 503 for a tenant that is disabled or tripped, and says who did it and how it is undone. */
export function refuseSwitchedOff(): MiddlewareHandler<AppEnv> {
  return async function refuseSwitchedOffTenant(c, next) {
    const { config } = c.get('tenant');
    const detail = switchedOff(config);
    if (detail !== null) throw unavailable(detail, SWITCHED_OFF_RETRY_AFTER, config.state.kind === 'Tripped' ? 'Tripped' : 'SwitchedOff');
    await next();
  };
}

function switchedOff({ namespace, name, state }: TenantConfig): string | null {
  const resource = `ScimTenant ${namespace}/${name}`;
  switch (state.kind) {
    case 'Active':
      return null;
    case 'Disabled':
      return `${resource} was switched off by its owner (spec.enabled: false); it is switched on with spec.enabled: true, and its data is kept`;
    case 'Tripped':
      return (
        `${resource} was switched off by the failure breaker at ${state.openedAt}: ${state.reason}. ` +
        'Once the cause is mended it is switched on with spec.enabled: true or a new value of spec.failurePolicy.resetToken, and its data is kept'
      );
  }
}
