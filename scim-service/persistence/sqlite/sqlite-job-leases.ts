import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { JobLeases, LeaseRequest } from '../../provisioning/job-leases.ts';
import type { SqliteSession } from './sqlite-session.ts';

const TAKE = `
  INSERT INTO leases (name, holder, rank, until) VALUES (:name, :holder, :rank, :until)
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, rank = excluded.rank, until = excluded.until
  WHERE (holder = excluded.holder OR until <= :now) AND (rank <= excluded.rank OR until < :forget_before)`;

export class SqliteJobLeases implements JobLeases {
  readonly #session: SqliteSession;
  readonly #take: StatementSync;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#take = database.prepare(TAKE);
  }

  async take({ name, holder, rank, now, until, forgetBefore }: LeaseRequest): Promise<boolean> {
    return this.#session.write('takeLease', () => {
      const times = { now: now.getTime(), until: until.getTime(), forget_before: forgetBefore.getTime() };
      return this.#take.run({ name, holder, rank, ...times }).changes === 1;
    });
  }
}
