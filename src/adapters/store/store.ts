/**
 * The cache: an index over the plan files and git's history, plus what this machine is doing. Deleting its file at any moment loses
 * no plan state. Rows about plans are written by sync alone, rows about runs by the executor alone.
 */
import { Connection } from './connection.ts';
import { FileRows } from './file-rows.ts';
import { HistoryRows } from './history-rows.ts';
import { KeptRows } from './kept-rows.ts';
import { RecordRows } from './record-rows.ts';
import type { AttemptRecord, AttemptRow, GateRow, PlacedEvent, RunRecord, RunRow, StoredEvent } from './run-row.ts';
import { RunRows } from './run-rows.ts';

export type { AttemptRecord, AttemptRow, GateRow, PlacedEvent, RunRecord, RunRow, StoredEvent } from './run-row.ts';

/** What sync remembers between two calls. */
export type MetaKey = 'repositoryId' | 'historyHead' | 'known' | 'listing' | 'evidenceHead' | 'evidence' | 'epoch';

export class Store {
  /** What files say. */
  readonly files: FileRows;
  /** What git says. */
  readonly history: HistoryRows;
  /** What files say, whole. */
  readonly readings: KeptRows;
  /** Both, joined. */
  readonly records: RecordRows;
  readonly #runs: RunRows;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.files = new FileRows(connection);
    this.history = new HistoryRows(connection);
    this.readings = new KeptRows(connection);
    this.records = new RecordRows(connection);
    this.#runs = new RunRows(connection);
  }

  /** Rises when rows were lost (the file was deleted, damaged or full): what was read before is to be synced and read again. */
  get generation(): number {
    return this.#connection.generation;
  }

  /** Differs after every write to the cache, whoever's it was. */
  get version(): string {
    return this.#connection.version;
  }

  /** False where no file could be written: rows last as long as the process. */
  get persistent(): boolean {
    return this.#connection.persistent;
  }

  /** What went wrong with the file so far, as sentences for people. */
  get notes(): readonly string[] {
    return this.#connection.notes;
  }

  /** Opens the file anew where somebody has deleted it. */
  refresh(): void {
    this.#connection.refresh();
  }

  /** All of `work` or nothing; one write to the disk. `work` is not async, and may run a second time when the file had to be replaced. */
  transaction<T>(work: () => T): T {
    return this.#connection.transaction(work);
  }

  /** Several reads that see one moment. Writers are not held up. */
  snapshot<T>(work: () => T): T {
    return this.#connection.snapshot(work);
  }

  meta(key: MetaKey): string | null {
    return this.#connection.guard(() => {
      const row = this.#connection.prepare('select value from meta where key = ?').get(key);
      return row === undefined ? null : String(row['value']);
    });
  }

  setMeta(key: MetaKey, value: string | null): void {
    this.#connection.guard(() => {
      if (value === null) this.#connection.prepare('delete from meta where key = ?').run(key);
      else this.#connection.prepare('insert or replace into meta (key, value) values (?, ?)').run(key, value);
    });
  }

  startRun(run: RunRow): void {
    this.#runs.start(run);
  }

  /** `outcome` is how it ended: `completed`, `failed`, or the reason of a pause. */
  endRun(runId: string, endedAt: string, outcome: string): void {
    this.#runs.end(runId, endedAt, outcome);
  }

  /** Written when an attempt begins (no `endedAt`), and again when it has ended. */
  recordAttempt(attempt: AttemptRow): void {
    this.#runs.attempt(attempt);
  }

  recordGate(gate: GateRow): void {
    this.#runs.gate(gate);
  }

  appendEvent(runId: string, seq: number, json: string): void {
    this.#runs.event(runId, seq, json);
  }

  /** Forgets a run's events up to one, but for the first. */
  forgetEvents(runId: string, to: number): void {
    this.#runs.forgetEvents(runId, to);
  }

  /** Newest first. */
  runs(planId?: string): readonly RunRecord[] {
    return this.#runs.runs(planId);
  }

  /** Runs that have not said they ended; a dead runner's are among them. */
  openRuns(): readonly RunRecord[] {
    return this.#runs.open();
  }

  /** Oldest first, each with its gates. */
  attempts(planId: string, taskId?: string): readonly AttemptRecord[] {
    return this.#runs.attempts(planId, taskId);
  }

  /** The attempts of a run that have begun and not ended. */
  openAttempts(runId: string): readonly Pick<AttemptRow, 'taskId' | 'attempt' | 'agent' | 'startedAt'>[] {
    return this.#runs.openAttempts(runId);
  }

  /** In order, those after `after`. */
  events(runId: string, after = 0): readonly StoredEvent[] {
    return this.#runs.events(runId, after);
  }

  /** Of all runs, in the order in which they were written; at most so many. */
  eventsSince(position: number, limit: number): readonly PlacedEvent[] {
    return this.#runs.eventsSince(position, limit);
  }

  /** Of the event that was written last; 0 where there is none. */
  lastPosition(): number {
    return this.#runs.lastPosition();
  }

  /** The number of a run's next event. */
  nextSeq(runId: string): number {
    return this.#runs.nextSeq(runId);
  }

  /** What a task took, in the middle, from the commits of past runs (else from this machine's attempts); null where there are none. */
  medianDurationMs(agent?: string): number | null {
    return this.#runs.medianDurationMs(agent);
  }

  close(): void {
    this.#connection.close();
  }
}

/** Opens the cache at `file` (`.plans/state.db`), making or remaking it as needed. Never throws: without a usable file it lives in memory. */
export function openStore(file: string): Store {
  return new Store(new Connection(file));
}
