import { describeCluster } from '#test/contracts/cluster-contract.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';

// The controller's tests are worth what this fake is worth, so it obeys the contract of the real clusters.
describeCluster('FakeCluster', async () => {
  const cluster = new FakeCluster();
  return {
    cluster,
    putTenant: async (manifest) => cluster.putTenant(manifest),
    deleteTenant: async (key) => cluster.deleteTenant(key),
    putSecret: async (namespace, name, data) => cluster.putSecret(namespace, name, data),
    deleteSecret: async (namespace, name) => cluster.deleteSecret(namespace, name),
    close: async () => {},
  };
});
