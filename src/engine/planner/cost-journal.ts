/**
 * What a conversation with Claude has cost, on the disk while it goes on. Where its process is killed, nobody has written that down: whoever looks
 * next at what was spent does it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive, startTime } from '../../adapters/process/identity.ts';
import type { Usage } from '../../core/event.ts';
import { runFolder } from '../lock.ts';
import type { Workspace } from '../workspace.ts';
import { keepCost } from './unlanded.ts';

const ENDING = '.conversation';
/** Of an entry that is being recorded. */
const TAKEN = '.recording';

interface Entry {
  readonly plan: string;
  readonly host: string;
  readonly pid: number;
  readonly started: string;
  readonly usage: Usage;
}

export interface CostJournal {
  /** What it has cost so far. Where the disk refuses that, the conversation goes on. */
  write(usage: Usage): void;
  /** Its cost is recorded, or there was none. */
  close(): void;
}

let counter = 0;

/** Opens it for a conversation of this process. */
export function openCostJournal({ git }: Pick<Workspace, 'git'>, plan: string): CostJournal {
  counter += 1;
  const file = join(runFolder(git.commonDir), `${process.pid}-${counter}${ENDING}`);
  const started = startTime(process.pid) ?? '';
  return {
    write: (usage) => {
      const entry: Entry = { plan, host: hostname(), pid: process.pid, started, usage };
      try {
        mkdirSync(runFolder(git.commonDir), { recursive: true });
        // As a whole or not at all: a kill may come at any moment.
        writeFileSync(`${file}.new`, JSON.stringify(entry));
        renameSync(`${file}.new`, file);
      } catch {
        // Known to whoever holds the conversation all the same.
      }
    },
    close: () => {
      for (const name of [file, `${file}.new`]) rmSync(name, { force: true });
    },
  };
}

/** Records what conversations have cost whose processes have died: as of any other that came to nothing, for the plan that they were about. */
export async function recordDead(workspace: Workspace): Promise<void> {
  const folder = runFolder(workspace.git.commonDir);
  for (const name of namesIn(folder)) {
    const file = join(folder, name);
    const entry = entryIn(file);
    if (entry === null || entry.host !== hostname() || isAlive(entry.pid, entry.started)) continue;
    const taken = `${file}${TAKEN}`;
    try {
      // Of two that look at the same time one finds it.
      renameSync(file, taken);
    } catch {
      continue;
    }
    try {
      await keepCost(workspace, { planId: entry.plan, outcome: 'interrupted', usage: entry.usage });
      rmSync(taken, { force: true });
    } catch {
      // A disk that is full, or may only be read: the next may have better luck, and who asks what was spent is answered.
      leave(taken, file);
    }
  }
}

function leave(taken: string, file: string): void {
  try {
    renameSync(taken, file);
  } catch {
    // What could not be recorded cannot be put back either.
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(ENDING));
  } catch {
    return [];
  }
}

function entryIn(file: string): Entry | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Entry;
  } catch {
    return null;
  }
}
