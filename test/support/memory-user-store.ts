import { setImmediate } from 'node:timers/promises';
import type { TenantKey } from '#common/tenant-key.ts';
import { foldCase } from '#scim-service/scim/fold-case.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import { UserNameTakenError, type UserPage, type UserStore } from '#scim-service/provisioning/user-store.ts';

/**
 * A UserStore with memory alone. Each operation lets others run before and after it, as one over a network does, and is
 * atomic itself. What goes in and out is copied.
 */
export class MemoryUserStore implements UserStore {
  readonly #tenants = new Map<TenantKey, Map<string, StoredUser>>();
  /** Writes that took effect. */
  writes = 0;

  async insert(user: StoredUser): Promise<void> {
    await this.#atomically(() => {
      this.#requireFreeUserName(user);
      this.#put(user);
    });
  }

  async replace(user: StoredUser, expectedVersion: number): Promise<boolean> {
    return this.#atomically(() => {
      if (this.#usersOf(user.tenant).get(user.id)?.version !== expectedVersion) return false;
      this.#requireFreeUserName(user);
      this.#put(user);
      return true;
    });
  }

  async remove(tenant: TenantKey, id: string, expectedVersion: number): Promise<boolean> {
    return this.#atomically(() => {
      const users = this.#usersOf(tenant);
      if (users.get(id)?.version !== expectedVersion) return false;
      this.writes += 1;
      return users.delete(id);
    });
  }

  async findById(tenant: TenantKey, id: string): Promise<StoredUser | null> {
    return this.#atomically(() => this.#visible(tenant).find((user) => user.id === id) ?? null);
  }

  async findDeletedByUserName(tenant: TenantKey, userName: string): Promise<StoredUser | null> {
    return this.#atomically(() => {
      const deleted = [...this.#usersOf(tenant).values()].filter((user) => user.deletedAt && sameText(user.resource.userName, userName));
      return deleted.sort((left, right) => Number(right.deletedAt) - Number(left.deletedAt))[0] ?? null;
    });
  }

  async find(tenant: TenantKey, lookup: UserLookup, { offset, limit }: { offset: number; limit: number }): Promise<UserPage> {
    return this.#atomically(() => {
      const found = this.#visible(tenant).filter((user) => matches(user, lookup));
      found.sort((left, right) => Number(left.createdAt) - Number(right.createdAt) || (left.id < right.id ? -1 : 1));
      return { totalResults: found.length, users: found.slice(offset, offset + limit) };
    });
  }

  async count(tenant: TenantKey): Promise<number> {
    return this.#atomically(() => this.#visible(tenant).length);
  }

  /** Everyone, the deleted included. */
  all(tenant: TenantKey): StoredUser[] {
    return [...this.#usersOf(tenant).values()];
  }

  async #atomically<T>(operation: () => T): Promise<T> {
    await setImmediate();
    const result = structuredClone(operation());
    await setImmediate();
    return result;
  }

  #usersOf(tenant: TenantKey): Map<string, StoredUser> {
    const users = this.#tenants.get(tenant) ?? new Map<string, StoredUser>();
    this.#tenants.set(tenant, users);
    return users;
  }

  #visible(tenant: TenantKey): StoredUser[] {
    return this.all(tenant).filter((user) => user.deletedAt === null);
  }

  #put(user: StoredUser): void {
    this.#usersOf(user.tenant).set(user.id, structuredClone(user));
    this.writes += 1;
  }

  #requireFreeUserName(user: StoredUser): void {
    if (user.deletedAt) return;
    const { userName } = user.resource;
    const taken = this.#visible(user.tenant).some((other) => other.id !== user.id && sameText(other.resource.userName, userName));
    if (taken) throw new UserNameTakenError(userName);
  }
}

function matches(user: StoredUser, lookup: UserLookup): boolean {
  if (lookup.by === 'all') return true;
  if (lookup.by === 'id') return user.id === lookup.value;
  if (lookup.by === 'externalId') return user.resource['externalId'] === lookup.value;
  if (lookup.by === 'userName') return sameText(user.resource.userName, lookup.value);
  const emails = (user.resource['emails'] ?? []) as readonly { readonly value?: unknown }[];
  return emails.some(({ value }) => typeof value === 'string' && sameText(value, lookup.value));
}

function sameText(left: string, right: string): boolean {
  return foldCase(left) === foldCase(right);
}
