/** Marks a file as ours (`PRAGMA application_id`): the letters SCIM. */
export const APPLICATION_ID = 0x53_43_49_4d;

/**
 * Step n brings a file from version n (`PRAGMA user_version`) to n + 1. A step that was released is never edited.
 * Times are milliseconds since 1970; keys are those of `userKeys`, `groupKeys` and `matchKeys`.
 */
export const SCHEMA_STEPS: readonly string[] = [
  `
  CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    resource TEXT NOT NULL CHECK (json_valid(resource)),
    person TEXT NOT NULL CHECK (json_valid(person)),
    deleted_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX users_user_name ON users (tenant, user_name_key) WHERE deleted_at IS NULL;
  CREATE INDEX users_external_id ON users (tenant, external_id, created_at, id) WHERE deleted_at IS NULL;
  CREATE INDEX users_created_at ON users (tenant, created_at, id) WHERE deleted_at IS NULL;
  CREATE INDEX users_deleted_user_name ON users (tenant, user_name_key, deleted_at) WHERE deleted_at IS NOT NULL;

  CREATE TABLE user_emails (
    tenant TEXT NOT NULL,
    email_key TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (tenant, email_key, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX user_emails_user ON user_emails (user_id);
  `,
  `
  CREATE TABLE groups (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    display_name_key TEXT NOT NULL,
    external_id TEXT,
    resource TEXT NOT NULL CHECK (json_valid(resource))
  ) STRICT;
  CREATE UNIQUE INDEX groups_display_name ON groups (tenant, display_name_key);
  CREATE INDEX groups_external_id ON groups (tenant, external_id, created_at, id);
  CREATE INDEX groups_created_at ON groups (tenant, created_at, id);

  -- Both ways are read from an index alone, and a member is one entry in each: no other member is touched.
  CREATE TABLE memberships (
    tenant TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    member_type TEXT NOT NULL CHECK (member_type IN ('User', 'Group')),
    visible INTEGER NOT NULL CHECK (visible IN (0, 1)),
    PRIMARY KEY (tenant, group_id, member_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX memberships_member ON memberships (tenant, member_id, group_id, visible);

  -- Of what is visible, so that the total of a list is read and not counted.
  CREATE TABLE tenant_counts (
    tenant TEXT NOT NULL PRIMARY KEY,
    users INTEGER NOT NULL DEFAULT 0,
    groups INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  INSERT INTO tenant_counts (tenant, users) SELECT tenant, count(*) FROM users WHERE deleted_at IS NULL GROUP BY tenant;

  CREATE TRIGGER users_inserted AFTER INSERT ON users WHEN new.deleted_at IS NULL BEGIN
    INSERT INTO tenant_counts (tenant, users) VALUES (new.tenant, 1) ON CONFLICT (tenant) DO UPDATE SET users = users + 1;
  END;
  CREATE TRIGGER users_retired AFTER UPDATE OF deleted_at ON users WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL BEGIN
    UPDATE tenant_counts SET users = users - 1 WHERE tenant = new.tenant;
  END;
  CREATE TRIGGER users_revived AFTER UPDATE OF deleted_at ON users WHEN old.deleted_at IS NOT NULL AND new.deleted_at IS NULL BEGIN
    INSERT INTO tenant_counts (tenant, users) VALUES (new.tenant, 1) ON CONFLICT (tenant) DO UPDATE SET users = users + 1;
  END;
  CREATE TRIGGER users_removed AFTER DELETE ON users WHEN old.deleted_at IS NULL BEGIN
    UPDATE tenant_counts SET users = users - 1 WHERE tenant = old.tenant;
  END;
  CREATE TRIGGER groups_inserted AFTER INSERT ON groups BEGIN
    INSERT INTO tenant_counts (tenant, groups) VALUES (new.tenant, 1) ON CONFLICT (tenant) DO UPDATE SET groups = groups + 1;
  END;
  CREATE TRIGGER groups_removed AFTER DELETE ON groups BEGIN
    UPDATE tenant_counts SET groups = groups - 1 WHERE tenant = old.tenant;
  END;
  `,
  `
  -- Empty for everybody of before: then nobody had recorded what a template set, and no projection is the current one.
  ALTER TABLE users ADD COLUMN defaults TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(defaults));
  ALTER TABLE users ADD COLUMN own TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(own));
  ALTER TABLE users ADD COLUMN projection TEXT NOT NULL DEFAULT '';
  CREATE INDEX users_projection ON users (tenant, projection);
  CREATE INDEX users_retired ON users (tenant, deleted_at) WHERE deleted_at IS NOT NULL;

  CREATE TABLE unlinked_people (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    person TEXT NOT NULL CHECK (json_valid(person))
  ) STRICT;
  -- Whoever makes a person of SCIM of an unlinked one deletes that one first.
  CREATE TRIGGER users_not_unlinked BEFORE INSERT ON users WHEN EXISTS (SELECT 1 FROM unlinked_people WHERE id = new.id) BEGIN
    SELECT RAISE(ABORT, 'the id is that of an unlinked person');
  END;

  -- Of unlinked and of retired people alone: nobody else is looked for by a key. Those who were retired before this step have
  -- none yet. That is no loss: the service makes them when it brings people to the current projection, which '' never is.
  CREATE TABLE match_keys (
    tenant TEXT NOT NULL,
    match_key TEXT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (tenant, match_key, person_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX match_keys_person ON match_keys (person_id);

  CREATE TABLE deactivations (
    tenant TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    counts TEXT NOT NULL CHECK (json_valid(counts))
  ) STRICT;

  CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    rank INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- One row for each deletion of a tenant, which stays.
  CREATE TABLE tenant_removals (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
];
