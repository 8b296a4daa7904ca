import { tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import { newUser, retiredUser } from '#scim-service/domain/next-user.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import type { UserUpkeep } from '#scim-service/provisioning/user-upkeep.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import { aLog } from './a-log.ts';
import { aRule, aTenantConfig } from './a-tenant-config.ts';
import { InterleavingStore } from './interleaving-store.ts';
import { Timeline } from './a-timeline.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The mapping that people were made with, and the one after it: it takes no title any more, and calls the login another name. */
export const BEFORE = aTenantConfig({
  mapping: [aRule('userName', 'login', { required: true }), aRule('title', 'designation'), aRule('name.givenName', 'firstName')],
  newUserDefaults: [],
});
export const AFTER: TenantConfig = {
  ...BEFORE,
  generation: 2,
  mapping: [aRule('userName', 'account.login', { required: true }), aRule('name.givenName', 'firstName')],
};
/** Requires what nobody has. */
export const DEMANDING: TenantConfig = {
  ...AFTER,
  mapping: [...AFTER.mapping, aRule(`${ENTERPRISE}:department`, 'department', { required: true })],
};

/** A store with people, and the parts of upkeep that pods over it share. */
export class UpkeepWorld implements Disposable {
  readonly store = new InterleavingStore();
  readonly time = new Timeline('2026-11-24T10:00:00Z');
  readonly log = aLog();
  readonly counted = { reprojected: 0, removed: 0, deleted: 0 };
  #people = 0;

  /** Parts of one pod. @param holder its name among the holders of leases */
  pod(holder = 'pod-a') {
    const { store, time, log, counted } = this;
    return {
      store: store as Pick<ScimStore, 'users' | 'upkeep' | 'leases' | 'removal'>,
      metrics: {
        usersReprojected: (count: number) => void (counted.reprojected += count),
        retiredUsersRemoved: (count: number) => void (counted.removed += count),
        deletedTenantRecordsRemoved: (count: number) => void (counted.deleted += count),
      },
      logger: log.logger,
      clock: time.now,
      sleep: time.sleep,
      holder,
    };
  }

  /** The same pod over a store of which some methods are others. */
  podWith(overrides: Partial<UserUpkeep>, holder = 'pod-a') {
    const { upkeep, users, leases, removal } = this.store;
    const changed: UserUpkeep = {
      findOutdated: (...parameters) => upkeep.findOutdated(...parameters),
      countOutdated: (...parameters) => upkeep.countOutdated(...parameters),
      refresh: (...parameters) => upkeep.refresh(...parameters),
      findRetiredBefore: (...parameters) => upkeep.findRetiredBefore(...parameters),
      ...overrides,
    };
    return { ...this.pod(holder), store: { users, leases, removal, upkeep: changed } };
  }

  /** As a pod of its own would serve it. */
  served(config: TenantConfig): ServedTenant {
    const directory = this.directory();
    directory.set(config);
    return directory.find(tenantKeyOf(config))!;
  }

  directory(): TenantDirectory {
    return new TenantDirectory({ logger: aLog().logger, clock: this.time.now });
  }

  async addPeople(count: number, config: TenantConfig = BEFORE, resource: ScimObject = {}): Promise<StoredUser[]> {
    const model = compileTenantModel(config);
    const people: StoredUser[] = [];
    for (let added = 0; added < count; added++) people.push(await this.#addPerson(model, resource));
    return people;
  }

  async retire(person: StoredUser, config: TenantConfig = BEFORE): Promise<StoredUser> {
    const retired = retiredUser(compileTenantModel(config), person, new Date(this.time.now()));
    if (!(await this.store.users.retire(retired, person.version))) throw new Error(`${person.id} could not be retired`);
    return retired;
  }

  /** Retired people too, in the order of their ids. */
  async everyone(tenant: TenantKey = tenantKeyOf(BEFORE)): Promise<StoredUser[]> {
    const { users, upkeep } = this.store;
    const visible = await users.find(tenant, { by: 'all' }, { offset: 0, limit: 10_000 });
    const retired = await upkeep.findRetiredBefore(tenant, new Date('2100-01-01T00:00:00Z'), 10_000);
    return [...visible.users, ...retired].toSorted((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** Lets time pass until the work is over. */
  async finish<T>(work: Promise<T>): Promise<T> {
    const state = { isOver: false };
    const over = (): void => void (state.isOver = true);
    void work.then(over, over);
    while (!state.isOver) await this.time.pass(1_000);
    return work;
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
  }

  async #addPerson(model: TenantModel, resource: ScimObject): Promise<StoredUser> {
    const number = ++this.#people;
    const userName = `person-${number}`;
    const sent = { userName, title: `secret title ${number}`, name: { givenName: `Given ${number}` }, ...resource };
    const selected = { ...selectAttributes(sent, model.selection).resource, userName, active: true };
    const user = newUser(model, selected, { id: `id-${String(number).padStart(4, '0')}`, now: new Date(this.time.now()) });
    await this.store.users.insert(user);
    return user;
  }
}
