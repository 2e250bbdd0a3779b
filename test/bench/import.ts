/** Lists of other tools into plans: files a second, against bare line splitting and against remark-parse of the same texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { assemble } from '../../src/core/import/assemble.ts';
import { detectFormat } from '../../src/core/import/formats.ts';
import type { SourceFile } from '../../src/core/import/imported.ts';
import { compare, report } from './measure.ts';

/** A folder with real lists, where one is at hand; nothing in it is needed. */
const CORPUS = process.env['PLANS_CORPUS'];
const LISTS = 100;

export async function benchImport(): Promise<void> {
  await measure('import, 100 lists of 60 tasks', generated());
  if (CORPUS !== undefined) await measure('import, the corpus', filesIn(CORPUS));
}

async function measure(what: string, files: readonly SourceFile[]): Promise<void> {
  const parser = unified().use(remarkParse).freeze();
  const result = await compare(
    3,
    () => {
      for (const file of files) importOne(file);
    },
    () => {
      for (const { text } of files) parser.parse(text);
    },
  );
  report(what, result, 'remark-parse', 3);
  console.log(`${''.padEnd(58)} ${((files.length / result.ours) * 1000).toFixed(0).padStart(9)} files/s`);
}

function importOne(file: SourceFile): void {
  const imported = detectFormat(file).read([file]);
  if (imported.phases.length > 0) assemble(imported, { id: 'x', title: imported.title ?? 'T', known: null });
}

/** Lists as spec-kit, Kiro and OpenSpec write them. */
function generated(): readonly SourceFile[] {
  return Array.from({ length: LISTS }, (_, list) => {
    const kind = list % 3;
    let text = kind === 0 ? '# Tasks: T\n' : kind === 1 ? '# Implementation Plan: T\n\n## Tasks\n\n' : '';
    for (let index = 0; index < 60; index += 1) {
      const [phase, task] = [Math.floor(index / 10) + 1, (index % 10) + 1];
      if (kind !== 1 && task === 1) text += `\n## ${kind === 0 ? 'Phase ' : ''}${phase}${kind === 0 ? ':' : '.'} Part\n\n`;
      if (kind === 1 && task === 1) text += `- [ ] ${phase}. Part\n`;
      const box = index % 3 === 0 ? '[x]' : '[ ]';
      if (kind === 0) text += `- ${box} T${String(index + 1).padStart(3, '0')} [P] [US1] Write \`src/part${index}.ts\` (depends on T001)\n`;
      else if (kind === 1)
        text += `  - ${box} ${phase}.${task} Write \`src/part${index}.ts\`\n    - with a test\n    - _Requirements: 1.1_\n`;
      else text += `- ${box} ${phase}.${task} Write \`src/part${index}.ts\` with what it asks for\n`;
    }
    const path = ['specs/001-x/tasks.md', '.kiro/specs/x/tasks.md', 'openspec/changes/x/tasks.md'][kind] ?? '';
    return { path, text };
  });
}

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:md|json|jsonl)$/.test(entry.name))
    .map((entry) => ({ path: entry.name, text: readFileSync(join(entry.parentPath, entry.name), 'utf8') }));
}

if (import.meta.main) await benchImport();
