/** A standalone mongod: it has no majority and no transactions, so it can't keep what this service promises. */
export class StandaloneServerError extends Error {
  readonly code = 'standalone_server';
  constructor(address: string) {
    super(
      `the MongoDB server at ${address} is standalone, and this service needs a replica set (one node is enough). ` +
        'Start it with `mongod --replSet rs0` (or replication.replSetName in mongod.conf), then run once: ' +
        `mongosh "mongodb://${address}/?directConnection=true" --eval "rs.initiate()"`,
    );
    this.name = 'StandaloneServerError';
  }
}

/** A mongod with --replSet whose set was never initiated; it waits for one command and then works. */
class UninitiatedReplicaSetError extends Error {
  readonly code = 'uninitiated_replica_set';
  constructor(address: string) {
    super(
      `the replica set of the MongoDB server at ${address} is not initiated yet; run once: ` +
        `mongosh "mongodb://${address}/?directConnection=true" --eval "rs.initiate()"`,
    );
    this.name = 'UninitiatedReplicaSetError';
  }
}

/**
 * @param hello answer to MongoDB's `hello` command
 * @param address `host:port` of the server, for the message
 * @throws StandaloneServerError | UninitiatedReplicaSetError
 */
export function requireReplicaSet(hello: Readonly<Record<string, unknown>>, address: string): void {
  const isMongos = hello['msg'] === 'isdbgrid';
  if (isMongos || typeof hello['setName'] === 'string') return;
  if (hello['isreplicaset'] === true) throw new UninitiatedReplicaSetError(address);
  throw new StandaloneServerError(address);
}
