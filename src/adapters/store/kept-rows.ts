/** Readings of long plans, one a plan: what is in one is its writer's. */
import type { Connection } from './connection.ts';

export interface KeptRow {
  /** Says exactly which text, and by what it was read. */
  readonly key: string;
  /** What has to be known of it to tell which text that is. */
  readonly head: string;
  /** Of the body. */
  readonly digest: string;
  readonly body: string;
}

export class KeptRows {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Without the body, which is long. */
  find(planId: string): Omit<KeptRow, 'body'> | null {
    return this.#connection.guard(() => {
      const row = this.#connection.prepare('select key, head, digest from readings where planId = ?').get(planId);
      return row === undefined ? null : { key: String(row['key']), head: String(row['head']), digest: String(row['digest']) };
    });
  }

  body(planId: string, key: string): string | null {
    return this.#connection.guard(() => {
      const row = this.#connection.prepare('select body from readings where planId = ? and key = ?').get(planId, key);
      return row === undefined ? null : String(row['body']);
    });
  }

  keep(planId: string, { key, head, digest, body }: KeptRow): void {
    this.#connection.guard(() => {
      const statement = this.#connection.prepare(
        'insert or replace into readings (planId, key, head, digest, body) values (?, ?, ?, ?, ?)',
      );
      statement.run(planId, key, head, digest, body);
    });
  }
}
