import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';

const linesOf = async (registry: Registry, prefix: string): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(prefix));

describe('createServiceMetrics', () => {
  test('has a tenant’s series from its first failure on, and counts together what it has no room for', async () => {
    const registry = new Registry();
    const metrics = createServiceMetrics(registry, { failureSeries: 2 });
    expect(await linesOf(registry, 'scim_tenant_failures')).toEqual(['scim_tenant_failures_overflow_total 0']);

    metrics.tenantFailed({ namespace: 'a', name: 'x' }, 'Uniqueness');
    metrics.tenantFailed({ namespace: 'a', name: 'x' }, 'InvalidValue');
    metrics.tenantFailed({ namespace: 'b', name: 'y' }, 'InvalidValue');
    metrics.tenantFailed({ namespace: 'b', name: 'y' }, 'InvalidPath');
    metrics.tenantFailed({ namespace: 'a', name: 'x' }, 'InvalidValue');

    expect(await linesOf(registry, 'scim_tenant_failures')).toEqual([
      'scim_tenant_failures_total{namespace="a",tenant="x",reason="Uniqueness"} 1',
      'scim_tenant_failures_total{namespace="a",tenant="x",reason="InvalidValue"} 2',
      'scim_tenant_failures_overflow_total 2',
    ]);
  });

  test('times store operations, and has the metrics of the process', async () => {
    const registry = new Registry();
    const metrics = createServiceMetrics(registry);
    metrics.storeOperation('insert', 0.004);

    expect(await linesOf(registry, 'scim_store_operation_duration_seconds_count')).toEqual([
      'scim_store_operation_duration_seconds_count{operation="insert"} 1',
    ]);
    expect(await linesOf(registry, 'process_cpu_seconds_total')).toHaveLength(1);
  });

  test('counts the work behind the requests without a tenant, and waves by tenant from the first on', async () => {
    const registry = new Registry();
    const metrics = createServiceMetrics(registry);
    metrics.usersReprojected(25);
    metrics.usersReprojected(5);
    metrics.retiredUsersRemoved(2);
    metrics.deletedTenantRecordsRemoved(250);
    expect(await linesOf(registry, 'scim_deactivation_waves_total')).toEqual([]);
    metrics.deactivationWave({ namespace: 'a', name: 'x' });

    expect(await linesOf(registry, 'scim_reprojected_users_total')).toEqual(['scim_reprojected_users_total 30']);
    expect(await linesOf(registry, 'scim_retention_removed_users_total')).toEqual(['scim_retention_removed_users_total 2']);
    expect(await linesOf(registry, 'scim_deleted_tenant_records_removed_total')).toEqual(['scim_deleted_tenant_records_removed_total 250']);
    expect(await linesOf(registry, 'scim_deactivation_waves_total')).toEqual(['scim_deactivation_waves_total{namespace="a",tenant="x"} 1']);
  });

  test('asks for the age of the configs and the refused ones at each scrape', async () => {
    const registry = new Registry();
    let refused = 0;
    createServiceMetrics(registry).watchConfigs({ ageSeconds: () => null, refusals: () => refused });
    expect(await linesOf(registry, 'scim_refused_tenant_configs')).toEqual(['scim_refused_tenant_configs 0']);
    refused = 2;
    expect(await linesOf(registry, 'scim_refused_tenant_configs')).toEqual(['scim_refused_tenant_configs 2']);
    expect(await linesOf(registry, 'scim_config_generation_age_seconds')).toEqual(['scim_config_generation_age_seconds Nan']);
  });

  test('has no tenant label on a histogram', async () => {
    const registry = new Registry();
    createServiceMetrics(registry);
    const histograms = (await registry.getMetricsAsJSON()).filter(({ type }) => String(type) === 'histogram');

    expect(histograms.length).toBeGreaterThan(1);
    expect(histograms.filter((metric) => JSON.stringify(metric).includes('tenant'))).toEqual([]);
  });
});
