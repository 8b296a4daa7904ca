import { z } from 'zod';
import {
  choiceVariable,
  durationVariable,
  kubernetesNameVariable,
  listVariable,
  parseEnvironment,
  portVariable,
  secretNameVariable,
  urlVariable,
} from '#common/env.ts';
import { LOG_LEVELS, type LogLevel } from '#common/logger.ts';
import { breakerConfigOf, breakerVariables, toolsVariable, type BreakerConfig } from './breaker-config.ts';

export interface OperatorConfig {
  readonly logLevel: LogLevel;
  readonly admin: { readonly host: string; readonly port: number };
  /** Base of the tenants' URLs, as the directory reaches them. */
  readonly externalUrl: string;
  /** Where the folder `docs` is published, for links in messages and mails; null names paths of the repository. */
  readonly docsUrl: string | null;
  readonly kubernetes: {
    /** Null inside a cluster. */
    readonly kubeconfig: string | null;
    /** Holds the derived Secrets and nothing else. */
    readonly configNamespace: string;
    /** Null watches all namespaces. */
    readonly watchNamespaces: readonly string[] | null;
    /** Names of the only Secrets of users that may be read, for rights that name them; null for any. */
    readonly tokenSecrets: readonly string[] | null;
    /** Where the operator and the SCIM service run; the Lease lives here. Null takes the pod's, or the kubeconfig's. */
    readonly namespace: string | null;
    /** Service whose EndpointSlices name the pods of the SCIM service. */
    readonly serviceName: string;
    /** Name of this replica in the Lease. */
    readonly identity: string;
  };
  readonly breaker: BreakerConfig;
  readonly mail: MailConfig;
  /** How long a namespace that is being deleted waits for the removal of its tenants' people. */
  readonly deletionTimeoutMs: number;
}

export interface MailConfig {
  /** Null writes mails to the log. */
  readonly smtpUrl: string | null;
  readonly from: string;
}

const MAIL_FROM_DEFAULT = 'scim-operator@localhost';

export const mailVariables = {
  SMTP_URL: urlVariable(['smtp', 'smtps']).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^@\s<>]+@[^@\s<>]+$/, 'write an e-mail address such as scim@example.com')
    .optional(),
};

/** A mail server refuses mails without a sender of its own domain, so there is no default beside one. */
export function mailProblems(set: { readonly SMTP_URL?: string | undefined; readonly MAIL_FROM?: string | undefined }): readonly string[] {
  return set.SMTP_URL && !set.MAIL_FROM
    ? ['MAIL_FROM is not set: SMTP_URL needs a sender, write an e-mail address such as scim@example.com']
    : [];
}

export function mailConfigOf(variables: { readonly SMTP_URL?: string | undefined; readonly MAIL_FROM?: string | undefined }): MailConfig {
  return { smtpUrl: variables.SMTP_URL ?? null, from: variables.MAIL_FROM ?? MAIL_FROM_DEFAULT };
}

/** A right that names Secrets is given by a Role, and a Role is of one namespace. */
function scopeProblems(set: { readonly TOKEN_SECRETS?: string | undefined; readonly WATCH_NAMESPACES?: string | undefined }) {
  return set.TOKEN_SECRETS && !set.WATCH_NAMESPACES
    ? ['WATCH_NAMESPACES is not set: TOKEN_SECRETS names Secrets of certain namespaces, write those, such as team-hr']
    : [];
}

/** Each variable of the operator: what is accepted, and the default. */
export function operatorVariables(hostname: string) {
  return {
    LOG_LEVEL: choiceVariable(LOG_LEVELS).default('info'),
    ADMIN_HOST: z.string().default('0.0.0.0'),
    ADMIN_PORT: portVariable().default(9090),
    EXTERNAL_URL: urlVariable(['https', 'http']),
    DOCS_URL: urlVariable(['https', 'http']).optional(),
    KUBECONFIG: z.string().optional(),
    CONFIG_NAMESPACE: kubernetesNameVariable().default('scim-operator-config'),
    WATCH_NAMESPACES: listVariable(kubernetesNameVariable()).optional(),
    TOKEN_SECRETS: listVariable(secretNameVariable()).optional(),
    POD_NAMESPACE: kubernetesNameVariable().optional(),
    SERVICE_NAME: kubernetesNameVariable().default('scim-service'),
    POD_NAME: z.string().default(hostname),
    DELETION_TIMEOUT: durationVariable().default(600_000),
    TOOL_FIELD_MANAGERS: toolsVariable().optional(),
    ...breakerVariables,
    ...mailVariables,
  };
}

/** @throws EnvironmentError that lists all problems */
export function readOperatorConfig(environment: Readonly<Record<string, string | undefined>>, hostname: string): OperatorConfig {
  const variables = parseEnvironment(operatorVariables(hostname), environment, (set) => [...mailProblems(set), ...scopeProblems(set)]);
  return Object.freeze({
    logLevel: variables.LOG_LEVEL,
    admin: { host: variables.ADMIN_HOST, port: variables.ADMIN_PORT },
    externalUrl: variables.EXTERNAL_URL,
    docsUrl: variables.DOCS_URL ?? null,
    kubernetes: {
      kubeconfig: variables.KUBECONFIG ?? null,
      configNamespace: variables.CONFIG_NAMESPACE,
      watchNamespaces: variables.WATCH_NAMESPACES ?? null,
      tokenSecrets: variables.TOKEN_SECRETS ?? null,
      namespace: variables.POD_NAMESPACE ?? null,
      serviceName: variables.SERVICE_NAME,
      identity: variables.POD_NAME,
    },
    breaker: breakerConfigOf(variables, variables.TOOL_FIELD_MANAGERS),
    mail: mailConfigOf(variables),
    deletionTimeoutMs: variables.DELETION_TIMEOUT,
  });
}
