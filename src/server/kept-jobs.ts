/** Jobs outlast the server that had them: each is a file of its repository's state, so that whoever asks for one after a restart hears how it ended. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, startTime } from '../adapters/process/identity.ts';
import { problemOf, Refusal } from './problem.ts';
import type { Served } from './served.ts';
import { Job } from './shape.ts';

const ENDING = '.json';

interface Entry {
  readonly job: unknown;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

/** Writes a job down, as it is now. Where the disk refuses that, it goes on, and is told by this process alone. */
export function keepJob(served: Served, job: Job): void {
  const file = fileOf(served, job.id);
  const entry: Entry = { job, host: hostname(), pid: process.pid, started: startTime(process.pid) ?? '' };
  try {
    mkdirSync(folderOf(served), { recursive: true });
    // What Claude was asked for is nobody else's.
    writeFileSync(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    rmSync(`${file}.new`, { force: true });
  }
}

/** It is forgotten. */
export function forgetJob(served: Served, id: string): void {
  rmSync(fileOf(served, id), { force: true });
}

/** The jobs of servers before this one, oldest first. One that was under way when its server was killed has failed. Those of another that is at work are its own. */
export function keptJobs(served: Served): readonly Job[] {
  return namesIn(folderOf(served))
    .flatMap((name) => readEntry(served, join(folderOf(served), name)))
    .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** What is said of a job that its server did not see to its end. */
export function cutOff(): Pick<Job, 'status' | 'problem'> {
  const words =
    'The server ended before this did. What it had written by then is there, and what it had cost is counted. Ask again where something is missing.';
  return { status: 'failed', problem: problemOf(new Refusal('unavailable', words)) };
}

function readEntry(served: Served, file: string): readonly Job[] {
  try {
    const { job: kept, host, pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Entry;
    const { data: job } = Job.safeParse(kept);
    if (job === undefined) return [];
    if (job.status !== 'running') return [job];
    if (host !== hostname() || isAlive(pid, started)) return [];
    const ended = { ...job, ...cutOff(), endedAt: new Date().toISOString() };
    keepJob(served, ended);
    return [ended];
  } catch {
    return [];
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(ENDING));
  } catch {
    return [];
  }
}

function folderOf({ workspace }: Served): string {
  return join(workspace.stateFolder, 'jobs');
}

/** An id is made here and nowhere else: it has no character that leads elsewhere. */
function fileOf(served: Served, id: string): string {
  return join(folderOf(served), `${id}${ENDING}`);
}
