import { z } from 'zod';
import { choiceVariable, parseEnvironment, portVariable, urlVariable } from '#common/env.ts';
import { LOG_LEVELS, type LogLevel } from '#common/logger.ts';
import { breakerConfigOf, breakerVariables, type BreakerConfig } from '#operator/breaker-config.ts';
import { mailConfigOf, mailProblems, mailVariables, type MailConfig } from '#operator/config.ts';
import { mongodbUriVariable } from '#scim-service/config.ts';

export interface StandaloneConfig {
  readonly logLevel: LogLevel;
  readonly http: { readonly host: string; readonly port: number };
  readonly admin: { readonly host: string; readonly port: number };
  /** Null until the port is known: then `http://<host>:<port>`. */
  readonly externalUrl: string | null;
  /** Where the folder `docs` is published, for links in answers, messages and mails; null names paths of the repository. */
  readonly docsUrl: string | null;
  readonly tenantsDir: string;
  readonly store: { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mongodb'; readonly uri: string };
  readonly breaker: BreakerConfig;
  readonly mail: MailConfig;
}

/** Each variable of standalone mode: what is accepted, and the default. */
export function standaloneVariables() {
  return {
    LOG_LEVEL: choiceVariable(LOG_LEVELS).default('info'),
    // Nobody else reaches it unless told: the sample tenant's token lies in a file of this machine.
    HOST: z.string().default('127.0.0.1'),
    PORT: portVariable().default(8080),
    ADMIN_HOST: z.string().default('127.0.0.1'),
    ADMIN_PORT: portVariable().default(9090),
    EXTERNAL_URL: urlVariable(['https', 'http']).optional(),
    DOCS_URL: urlVariable(['https', 'http']).optional(),
    TENANTS_DIR: z.string().default('data/tenants'),
    DATA_FILE: z.string().optional(),
    MONGODB_URI: mongodbUriVariable().optional(),
    ...breakerVariables,
    ...mailVariables,
  };
}

/** @throws EnvironmentError that lists all problems */
export function readStandaloneConfig(environment: Readonly<Record<string, string | undefined>>): StandaloneConfig {
  const variables = parseEnvironment(standaloneVariables(), environment, (set) => [...mailProblems(set), ...storeProblems(set)]);
  const store: StandaloneConfig['store'] = variables.MONGODB_URI
    ? { kind: 'mongodb', uri: variables.MONGODB_URI }
    : { kind: 'sqlite', file: variables.DATA_FILE ?? 'data/scim.sqlite' };
  return Object.freeze({
    logLevel: variables.LOG_LEVEL,
    http: { host: variables.HOST, port: variables.PORT },
    admin: { host: variables.ADMIN_HOST, port: variables.ADMIN_PORT },
    externalUrl: variables.EXTERNAL_URL ?? null,
    docsUrl: variables.DOCS_URL ?? null,
    tenantsDir: variables.TENANTS_DIR,
    store,
    breaker: breakerConfigOf(variables),
    mail: mailConfigOf(variables),
  });
}

function storeProblems(set: { readonly MONGODB_URI?: string | undefined; readonly DATA_FILE?: string | undefined }): readonly string[] {
  return set.MONGODB_URI && set.DATA_FILE
    ? ['DATA_FILE and MONGODB_URI are both set: people are kept in one of them, unset the other']
    : [];
}
