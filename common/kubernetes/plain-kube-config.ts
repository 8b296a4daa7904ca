import { dirname, resolve } from 'node:path';
import type { Cluster, Context, User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { z } from 'zod';
import { withoutUndefined } from '../without-undefined.ts';
import { PlainAccess } from './cluster-access.ts';

const clusterSchema = z.strictObject({
  server: z.url(),
  'certificate-authority-data': z.string().optional(),
  'certificate-authority': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().default(false),
  'tls-server-name': z.string().optional(),
  /** Notes of tools such as minikube. */
  extensions: z.unknown().optional(),
});

const userSchema = z.strictObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-key-data': z.string().optional(),
  'client-key': z.string().optional(),
});

const contextSchema = z.object({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });

const fileSchema = z.object({
  'current-context': z.string(),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
  contexts: z.array(z.object({ name: z.string(), context: z.unknown() })),
});

/**
 * Reads a kubeconfig whose current user has a token or a certificate.
 * @param path where the text was read, to which other paths in it are relative
 * @returns null for any other: one with a program or a provider that gives credentials, a password, a proxy, or a mistake
 * @throws Error when it is no YAML
 */
export function plainKubeConfig(text: string, path: string): PlainAccess | null {
  const file = fileSchema.safeParse(parse(text));
  if (!file.success) return null;
  const { 'current-context': name, clusters, users, contexts } = file.data;
  const context = contextSchema.safeParse(contexts.find((entry) => entry.name === name)?.context);
  if (!context.success) return null;
  const cluster = clusterSchema.safeParse(clusters.find((entry) => entry.name === context.data.cluster)?.cluster);
  const user = userSchema.safeParse(users.find((entry) => entry.name === context.data.user)?.user);
  if (!cluster.success || !user.success) return null;
  const folder = dirname(path);
  return new PlainAccess({
    cluster: clusterOf(context.data.cluster, cluster.data, folder),
    user: userOf(context.data.user, user.data, folder),
    context: withoutUndefined<Context>({ name, ...context.data }),
  });
}

function clusterOf(name: string, cluster: z.infer<typeof clusterSchema>, folder: string): Cluster {
  return withoutUndefined<Cluster>({
    name,
    server: cluster.server.replace(/\/$/, ''),
    caData: cluster['certificate-authority-data'],
    caFile: inFolder(folder, cluster['certificate-authority']),
    skipTLSVerify: cluster['insecure-skip-tls-verify'],
    tlsServerName: cluster['tls-server-name'],
  });
}

function userOf(name: string, user: z.infer<typeof userSchema>, folder: string): User {
  const tokenFile = inFolder(folder, user.tokenFile);
  return withoutUndefined<User>({
    name,
    token: user.token,
    // What kubectl prefers where there is a token too.
    authProvider: tokenFile === undefined ? undefined : { name: 'tokenFile', config: { tokenFile } },
    certData: user['client-certificate-data'],
    certFile: inFolder(folder, user['client-certificate']),
    keyData: user['client-key-data'],
    keyFile: inFolder(folder, user['client-key']),
  });
}

/** An empty path is none, as kubectl has it. */
function inFolder(folder: string, path: string | undefined): string | undefined {
  return path ? resolve(folder, path) : undefined;
}
