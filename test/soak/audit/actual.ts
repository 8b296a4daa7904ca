import type { TenantConfig } from '#common/tenant-config.ts';

/** What is there, as it was read at one moment. */
export interface Actual {
  /** By key, those that exist. */
  readonly tenants: ReadonlyMap<string, ActualTenant>;
  /** Names of all Secrets in the config namespace. */
  readonly derivedSecrets: readonly string[];
  /** `holderIdentity` of the Lease of the operators. */
  readonly leaseHolder: string;
  /** Names of the operators that run. */
  readonly operators: readonly string[];
  readonly pods: readonly ActualPod[];
  /** By tenant, of everybody whom the store has of any tenant. */
  readonly stores: ReadonlyMap<string, ActualStore>;
  /** One for each recipient of each message. */
  readonly mails: readonly { readonly to: string; readonly messageId: string; readonly subject: string }[];
}

export interface ActualTenant {
  // oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
  readonly resource: any;
  /** What its derived Secret holds; null without one, or where it can't be read. */
  readonly derived: TenantConfig | null;
  /** What the pods answered to a search for people. */
  readonly answers: readonly ActualAnswer[];
}

export interface ActualAnswer {
  readonly pod: string;
  readonly token: string;
  readonly status: number;
  /** Of an error. */
  readonly detail: string;
  /** `totalResults`, null of an error. */
  readonly total: number | null;
}

export interface ActualPod {
  readonly name: string;
  /** By tenant. */
  readonly served: ReadonlyMap<string, { readonly generation: number; readonly revision: string; readonly epoch: number }>;
}

export interface ActualStore {
  readonly users: readonly StoredPerson[];
  readonly groups: readonly { readonly id: string; readonly displayName: string }[];
  readonly memberships: readonly { readonly group: string; readonly member: string; readonly visible: boolean }[];
}

export interface StoredPerson {
  readonly id: string;
  readonly isDeleted: boolean;
  readonly active: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- a SCIM resource as it is stored
  readonly resource: any;
  /** The product's record. */
  readonly record: unknown;
}
