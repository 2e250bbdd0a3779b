/** One SQLite database that is a cache: whatever befalls its file, the connection goes on, if need be with an empty one. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** How long a writer waits for another process's transaction. Those are short: files are parsed before, not within. */
const BUSY_TIMEOUT_MS = 15_000;
/** `PRAGMA journal_mode` does not wait for others. */
const OPEN_TRIES = 20;

/** SQLite's primary result codes. */
const Code = { error: 1, busy: 5, corrupt: 11, notADatabase: 26 } as const;

export class Connection {
  /** Rises whenever rows may have been lost, so that a reader knows to sync again. */
  generation = 0;
  /** Sentences about what went wrong with the file, for people. */
  readonly notes: string[] = [];
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync;
  /** Of the opened file; null in memory. */
  #inode: string | null = null;
  #depth = 0;
  #closed = false;

  constructor(file: string) {
    this.#file = file;
    this.#database = this.#openSomehow();
  }

  /** Whether the rows are kept in a file. */
  get persistent(): boolean {
    return this.#inode !== null;
  }

  /** A prepared statement, kept. Only valid within {@link guard} or {@link transaction}. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs `work`; when the file turns out to be damaged, moved or full, once more on a new one, and at last in memory. */
  guard<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    for (let tries = 0; ; tries++) {
      this.#depth++;
      try {
        return work();
      } catch (error) {
        if (this.#closed || tries >= 2 || !isFileTrouble(error)) throw error;
        this.#recover(error, tries);
      } finally {
        this.#depth--;
      }
    }
  }

  /** All of `work` or nothing. Within another transaction it is part of that one. `work` may run again after a recovery. */
  transaction<T>(work: () => T, begin: 'begin' | 'begin immediate' = 'begin immediate'): T {
    if (this.#depth > 0 && this.#database.isTransaction) return work();
    return this.guard(() => {
      this.#database.exec(begin);
      try {
        const result = work();
        this.#database.exec('commit');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('rollback');
        throw error;
      }
    });
  }

  /** Several reads that see one moment. Writers are not held up. */
  snapshot<T>(work: () => T): T {
    return this.transaction(work, 'begin');
  }

  /** Differs after every write, by this process or another: one look at a page that is mapped, so that it can be asked for each request. */
  get version(): string {
    return this.guard(() => {
      const others = this.prepare('pragma data_version').get()?.['data_version'];
      const own = this.prepare('select total_changes() as changes').get()?.['changes'];
      return `${this.generation} ${String(others)} ${String(own)}`;
    });
  }

  /** Opens the file anew where it was deleted or replaced behind our back. */
  refresh(): void {
    if (this.#inode === null || this.#depth > 0 || inodeOf(this.#file) === this.#inode) return;
    this.#closeDatabase();
    this.generation++;
    this.#database = this.#openSomehow();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeDatabase();
  }

  #recover(error: unknown, tries: number): void {
    const inode = this.#inode;
    this.#closeDatabase();
    this.generation++;
    if (tries > 0) {
      this.notes.push(`the cache ${this.#file} cannot be used (${messageOf(error)}); going on without it`);
      this.#database = this.#openMemory();
      return;
    }
    if (isBroken(error)) this.#discard(error, inode);
    this.#database = this.#openSomehow();
  }

  #openSomehow(): DatabaseSync {
    for (let tries = 0; ; tries++) {
      try {
        return this.#openFile();
      } catch (error) {
        if (tries < OPEN_TRIES && codeOf(error) === Code.busy) continue;
        if (tries === 0 && isBroken(error)) {
          this.#discard(error, inodeOf(this.#file));
          continue;
        }
        this.notes.push(`the cache ${this.#file} cannot be opened (${messageOf(error)}); going on without it`);
        return this.#openMemory();
      }
    }
  }

  #openFile(): DatabaseSync {
    const folder = dirname(this.#file);
    mkdirSync(folder, { recursive: true });
    // Not only where there is a database: logs and worktrees are kept here as well.
    ignoreFolder(folder);
    const database = new DatabaseSync(this.#file, { timeout: BUSY_TIMEOUT_MS });
    try {
      // A write-ahead log: readers never hold up the runner, whose loop would stand still meanwhile, and a row costs 0.01 ms. Its price is the
      // mapped `-shm`: where that is cut short (not where it is deleted) the system ends the process. A rollback journal has none, but costs
      // 0.05 ms a row without fsync, when a power cut may leave rows wrong unseen, 10 ms with it, and 30 to 60 ms while somebody reads.
      database.exec('pragma journal_mode = wal; pragma synchronous = normal');
      if (versionOf(database) !== SCHEMA_VERSION) build(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#inode = inodeOf(this.#file);
    return database;
  }

  #openMemory(): DatabaseSync {
    const database = new DatabaseSync(':memory:');
    build(database);
    this.#inode = null;
    return database;
  }

  /** Deletes the broken file, unless another process has put a new one in its place already. The log goes first: it must never meet the next database. */
  #discard(error: unknown, inode: string | null): void {
    if (inode === null || inodeOf(this.#file) !== inode) return;
    this.notes.push(`the cache ${this.#file} was damaged (${messageOf(error)}) and is built anew`);
    try {
      for (const suffix of ['-wal', '-shm', '']) rmSync(this.#file + suffix, { force: true });
    } catch {
      // What cannot be deleted cannot be opened either: the caller falls back to memory.
    }
  }

  #closeDatabase(): void {
    this.#statements.clear();
    try {
      if (this.#database.isOpen) this.#database.close();
    } catch {
      // A file that is gone or damaged may refuse the last checkpoint; nothing in it is missed.
    }
  }
}

/** Creates the tables, in one transaction, where no other process was faster. */
function build(database: DatabaseSync): void {
  database.exec('begin immediate');
  try {
    if (versionOf(database) !== SCHEMA_VERSION) {
      const tables = database
        .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`)
        .all();
      for (const { name } of tables) database.exec(`drop table "${String(name).replaceAll('"', '""')}"`);
      database.exec(`${SCHEMA}; pragma user_version = ${SCHEMA_VERSION}`);
    }
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('pragma user_version').get()?.['user_version'];
}

/** The folder ignores itself, so that nobody has to edit a `.gitignore` of theirs. */
function ignoreFolder(folder: string): void {
  const file = join(folder, '.gitignore');
  if (statSync(file, { throwIfNoEntry: false }) === undefined) writeFileSync(file, '*\n');
}

function inodeOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
}

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Trouble with the file, not with what we asked: every code but a violated constraint, a wrong type or a busy database. */
function isFileTrouble(error: unknown): boolean {
  const code = codeOf(error);
  if (code === Code.error) return isBroken(error);
  // 8 read-only, 10 I/O, 13 full, 14 cannot open, 17 schema changed.
  return code !== null && [8, 10, Code.corrupt, 13, 14, 17, Code.notADatabase].includes(code);
}

/** The content is not ours to read: damaged, or rebuilt by another version of the program. */
function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  if (code === Code.error) return /no such table|no such column|has no column|malformed/.test(messageOf(error));
  return code === Code.corrupt || code === Code.notADatabase;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
