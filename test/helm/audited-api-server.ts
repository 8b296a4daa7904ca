import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { NAMESPACE } from './chart-pods.ts';

/** One line of the API server's audit log. */
interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code: number };
}

export interface AuditedApiServer {
  readonly api: ApiServer;
  /** What the two programs have asked the API server for. */
  asked(): Promise<readonly AuditEvent[]>;
}

/** @param stack ends the server */
export async function startAuditedApiServer(stack: AsyncDisposableStack): Promise<AuditedApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'scim-chart-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [policy, log] = [join(folder, 'audit-policy.json'), join(folder, 'audit.log')];
  await writeFile(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] }));
  const api = stack.use(await startApiServer({ flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`] }));
  return {
    api,
    async asked() {
      const lines = (await readFile(log, 'utf8')).trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as AuditEvent);
      return events.filter(({ user }) => user.username.startsWith(`system:serviceaccount:${NAMESPACE}:`));
    },
  };
}
