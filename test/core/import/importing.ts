/** Foreign lists imported whole, as the tests of the formats look at them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { assemble, type Assembled } from '../../../src/core/import/assemble.ts';
import { detectFormat } from '../../../src/core/import/formats.ts';
import type { SourceFile } from '../../../src/core/import/imported.ts';

/** A file of the fixtures. */
export const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/import', name), 'utf8');

/** The plan of the files, with nothing to complain about. */
export function importAll(files: readonly SourceFile[]): Assembled & { readonly format: string; readonly named: string | null } {
  const format = detectFormat(files[0] as SourceFile);
  const imported = format.read(files);
  const plan = assemble(imported, { id: 'x', title: 'T', known: null });
  if ('refused' in plan) throw new Error(plan.refused);
  expect(plan.diagnostics).toEqual([]);
  return { ...plan, format: format.name, named: imported.title };
}

export const importOne = (path: string, text: string) => importAll([{ path, text }]);

/** `id mark title <- what it waits for`, under the titles of the phases. */
export function outline({ plan }: Pick<Assembled, 'plan'>): string[] {
  const mark = { completed: 'x', skipped: '-', pending: ' ', failed: '!' };
  return plan.phases.flatMap((phase) => [
    `## ${phase.title} (${phase.executionMode})`,
    ...phase.tasks.map((task) =>
      `${task.id} [${mark[task.status]}] ${task.title}${task.dependsOn.length === 0 ? '' : ` <- ${task.dependsOn.join(' ')}`}`.trim(),
    ),
  ]);
}
