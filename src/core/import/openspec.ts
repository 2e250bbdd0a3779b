/** OpenSpec's `openspec/changes/<id>/tasks.md`: `## 1. Part` and `- [x] 1.1 Do it`. */
import type { Imported, SourceFile } from './imported.ts';
import { Ledger } from './ledger.ts';
import { markOf, readPhases, titleOf } from './markdown-list.ts';
import { numberedTask, numberOf, withStatedDependencies } from './numbered.ts';
import { scan } from './scan.ts';

/** Whether a text is a task list of OpenSpec's: numbered headings and numbered tasks under them. */
export function isOpenSpec(text: string): boolean {
  return /^##[ \t]+\d+\.[ \t]/m.test(text) && /^[-*+][ \t]+\[[ xX]?\][ \t]*\d+\.\d+[ \t]/m.test(text);
}

/** Only `x` is done there: every other mark is open. */
export function readOpenSpec(file: SourceFile): Imported {
  const lines = scan(file.text);
  const ledger = new Ledger(file.path, lines);
  const { h1, description, phases } = readPhases(lines, ledger, (item) => [
    numberedTask(file.path, ledger, item, markOf(item.box.mark) === 'done' ? 'done' : 'open', item.body),
  ]);
  const numbered = phases.map((phase) => ({ ...phase, ref: numberOf(`${phase.title} `) }));
  return {
    title: titleOf(h1, /^(?:Implementation\s+)?Tasks\s*[:–—-]\s*/i),
    description,
    phases: withStatedDependencies(numbered),
    losses: ledger.losses(),
  };
}
