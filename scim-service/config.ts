import { z } from 'zod';
import { choiceVariable, kubernetesNameVariable, parseEnvironment, portVariable, urlVariable } from '#common/env.ts';
import { LOG_LEVELS, type LogLevel } from '#common/logger.ts';

export interface ScimServiceConfig {
  readonly logLevel: LogLevel;
  readonly http: { readonly host: string; readonly port: number };
  readonly admin: { readonly host: string; readonly port: number };
  /** Base of the URLs in `Location` and `meta.location`; null takes the Host that the client asked for. */
  readonly externalUrl: string | null;
  /** Where the folder `docs` is published, for links in answers; null names paths of the repository. */
  readonly docsUrl: string | null;
  readonly pod: string;
  readonly kubernetes: {
    /** Null inside a cluster. */
    readonly kubeconfig: string | null;
    readonly configNamespace: string;
  };
  readonly secrets: { readonly mongodbUri: string };
}

/** The password in a URI is nobody's business, so a wrong one is told without its value. */
export function mongodbUriVariable() {
  return z.string().regex(/^mongodb(\+srv)?:\/\/\S+$/, 'write a connection string such as mongodb://db-0.db:27017/scim?replicaSet=rs0');
}

/** Each variable of the SCIM service: what is accepted, and the default. */
export function scimServiceVariables(hostname: string) {
  return {
    LOG_LEVEL: choiceVariable(LOG_LEVELS).default('info'),
    HOST: z.string().default('0.0.0.0'),
    PORT: portVariable().default(8080),
    ADMIN_HOST: z.string().default('0.0.0.0'),
    ADMIN_PORT: portVariable().default(9090),
    EXTERNAL_URL: urlVariable(['https', 'http']).optional(),
    DOCS_URL: urlVariable(['https', 'http']).optional(),
    POD_NAME: z.string().default(hostname),
    KUBECONFIG: z.string().optional(),
    CONFIG_NAMESPACE: kubernetesNameVariable().default('scim-operator-config'),
    MONGODB_URI: mongodbUriVariable(),
  };
}

/** @throws EnvironmentError that lists all problems */
export function readScimServiceConfig(environment: Readonly<Record<string, string | undefined>>, hostname: string): ScimServiceConfig {
  const variables = parseEnvironment(scimServiceVariables(hostname), environment);
  return Object.freeze({
    logLevel: variables.LOG_LEVEL,
    http: { host: variables.HOST, port: variables.PORT },
    admin: { host: variables.ADMIN_HOST, port: variables.ADMIN_PORT },
    externalUrl: variables.EXTERNAL_URL ?? null,
    docsUrl: variables.DOCS_URL ?? null,
    pod: variables.POD_NAME,
    kubernetes: { kubeconfig: variables.KUBECONFIG ?? null, configNamespace: variables.CONFIG_NAMESPACE },
    secrets: { mongodbUri: variables.MONGODB_URI },
  });
}
