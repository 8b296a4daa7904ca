/** Marks a file as ours (`PRAGMA application_id`): the letters SCIM. */
export const APPLICATION_ID = 0x53_43_49_4d;

/**
 * Step n brings a file from version n (`PRAGMA user_version`) to n + 1. A step that was released is never edited.
 * Times are milliseconds since 1970; keys are those of `userKeys`.
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
];
