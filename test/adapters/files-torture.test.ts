import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFiles } from '../../src/adapters/files.ts';
import { folderForEach } from '../support/folder.ts';
import { rounds } from '../support/runs.ts';

/** `PLANS_TORTURE=1000 npx vitest run files-torture` takes some ten seconds. */
const WRITES = Number(process.env['PLANS_TORTURE'] ?? 300);
const TASKS = 1_000;
const SEEDS = rounds(1, 5).map((round) => 6 + round);
/** The writes wait for the editor where it falls further behind than one save to so many of them. */
const WRITES_PER_SAVE = 4;
/** A machine that stalls the editor in the middle of a save for longer gives us no way to tell its file from a finished one (`CUT_QUIET_MS`, `RECENT_MS`). What a person wrote is not lost even then. */
const STALLED_MS = 400;

function missing(count: number, present: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) => index).filter((index) => !present(index));
}

let folder: string;
folderForEach((path) => {
  folder = path;
});

for (const [mode, seed] of SEEDS.flatMap((seed) => ['rename', 'in-place', 'truncate'].map((mode) => [mode, seed] as const))) {
  test(
    `an editor that saves (${mode}, seed ${seed}) every few milliseconds and ${WRITES} status writes lose nothing of each other`,
    { timeout: 300_000 },
    async () => {
      const path = join(folder, 'torture.plan.md');
      writeFileSync(path, `# Torture\n\n${Array.from({ length: TASKS }, (_, index) => `- [ ] Task ${index}\n`).join('')}\n`);
      const editor = fork(join(import.meta.dirname, '../support/editor.ts'), [path, mode, String(seed)], { execArgv: [] });
      let saved: { saves: number; titles: Record<string, number>; slowest: number } = { saves: 0, titles: {}, slowest: 0 };
      editor.on('message', (message) => (saved = message as typeof saved));
      const files = openFiles();
      let [tries, reapplied, partial] = [0, 0, 0];
      const startedAt = performance.now();
      for (let task = 0; task < WRITES; task += 1) {
        while (saved.saves * WRITES_PER_SAVE < task) await once(editor, 'message');
        const result = await files.editText(path, (text) => text.replace(new RegExp(`^- \\[ \\] (Task ${task}\\b)`, 'm'), '- [x] $1'));
        if (result.type !== 'written') throw new Error(JSON.stringify(result));
        tries += result.tries;
        reapplied += result.reapplied;
        const seen = await files.readText(path);
        if (seen.type !== 'text' || !seen.text.includes(`Task ${TASKS - 1}`)) partial += 1;
      }
      const elapsed = performance.now() - startedAt;
      const ended = once(editor, 'exit');
      editor.send('stop');
      await ended;
      const { saves, titles, slowest } = saved;
      const stalled = slowest > STALLED_MS;
      const settled = await files.settle(path);
      if (settled.type === 'written') reapplied += settled.reapplied;
      const text = readFileSync(path, 'utf8');
      const lines = new Set(text.split('\n'));
      console.log(
        `${mode}, seed ${seed}: ${WRITES} writes, ${saves} saves, ${tries} tries, ${reapplied} made again, ${Math.round(elapsed)} ms, slowest save ${Math.round(slowest)} ms`,
      );
      expect(saves).toBeGreaterThanOrEqual(Math.floor((WRITES - 1) / WRITES_PER_SAVE));
      expect({
        edits: missing(saves, (index) => lines.has(`edit ${index + 1}`)),
        titles: Object.entries(titles).filter(([task, save]) => !new RegExp(`\\] Task ${task} as of ${save}$`, 'm').test(text)),
        writes: missing(stalled ? 0 : WRITES, (index) => new RegExp(`^- \\[x\\] Task ${index}\\b`, 'm').test(text)),
        partial: stalled ? 0 : partial,
        left: readdirSync(folder).filter((name) => name.includes('plans-')),
      }).toEqual({ edits: [], titles: [], writes: [], partial: 0, left: [] });
    },
  );
}
