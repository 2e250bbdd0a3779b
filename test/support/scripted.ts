/** Commands for the scripted agent, and what tests ask about processes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const AGENT = join(import.meta.dirname, 'agent.ts');

export type Step = readonly [string, ...(string | number)[]];

export function agentCommand(...steps: Step[]): { file: string; args: string[] } {
  return { file: process.execPath, args: [AGENT, ...steps.map((step) => JSON.stringify(step))] };
}

/** Waits until a file is there and has content. */
export async function contentOf(file: string): Promise<string> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text !== '') return text;
    await delay(5);
  }
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
