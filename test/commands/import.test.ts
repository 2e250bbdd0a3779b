import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/core/import/formats.ts';
import { findCommand } from '../../src/commands/table.ts';
import { world } from './world.ts';

const LIST =
  '# Tasks: Greeter\n\n## Phase 1: Setup\n\n- [X] T001 Create it\n- [ ] T002 [P] Test it (depends on T001, T009)\n- [-] T003 Drop it\n';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

const draft = (name: string) => readFileSync(join(here.root, `plans/${name}.plan.md`), 'utf8');

const task = (id: string) => `---\nid: ${id}\ntitle: Do ${id}\nstatus: To Do\ndependencies: []\n---\n`;

describe('import', () => {
  it('writes a draft that lint finds nothing wrong with, and names what it left out', async () => {
    here.write('specs/001-greeter/tasks.md', LIST);
    const { code, out } = await here.plans(['import', 'specs/001-greeter/tasks.md']);
    expect(out).toBe(
      [
        'plans/greeter.plan.md: a draft with 3 tasks in 1 phase, 2 of them done, from specs/001-greeter/tasks.md (spec-kit tasks.md).',
        '⚠ 1 line or value did not become part of the plan as they were:',
        '  specs/001-greeter/tasks.md:6 depends on T009, which was left out: there is no T009 here  Test it (depends on T001, T009)',
        'Read it, then: plans ready greeter && plans run greeter',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(draft('greeter')).toContain('status: draft');
    expect((await here.plans(['lint', '--json'])).out).toContain('"errors": 0');
  });

  it('never writes over a plan, and takes another name with --as', async () => {
    here.write('specs/001-greeter/tasks.md', LIST);
    here.write('plans/greeter.plan.md', 'mine');
    const again = await here.plans(['import', 'specs/001-greeter']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('plans/greeter.plan.md exists already and was not touched.')]);
    expect(draft('greeter')).toBe('mine');
    const json = await here.plans(['import', 'specs/001-greeter', '--as', 'other', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      id: 'other',
      format: 'spec-kit',
      written: true,
      tasks: 3,
      done: 1,
      skipped: 1,
      losses: [{ line: 6 }],
    });
    expect(draft('other')).toContain('id: t002');
  });

  it('prints the plan with --dry-run, and writes nothing', async () => {
    here.write('todo.md', '- one\n- two\n');
    const { out, err } = await here.plans(['import', 'todo.md', '--dry-run']);
    expect(out).toContain('- [ ] one');
    expect(err).toContain('plans/todo.plan.md: would be a draft with 2 tasks');
    expect(existsSync(join(here.root, 'plans'))).toBe(false);
  });

  it('reads a folder of tasks as one plan', async () => {
    here.write('backlog/config.yml', 'x: y\n');
    here.write('backlog/tasks/back-1 - Do.md', task('BACK-1'));
    here.write('backlog/completed/back-2 - Do.md', task('BACK-2'));
    const { out } = await here.plans(['import', 'backlog', '--as', 'all']);
    expect(out).toContain('a draft with 2 tasks in 1 phase, 0 of them done, from 2 files (Backlog.md tasks)');
  });

  it.each<[string, Record<string, string>, readonly string[], number, string]>([
    ['nothing there', {}, ['gone.md'], 2, 'There is no file or folder gone.md.'],
    [
      'several lists',
      { 'specs/001-a/tasks.md': LIST, 'specs/002-b/tasks.md': LIST },
      ['specs'],
      2,
      'holds 2 lists (spec-kit tasks.md): specs/001-a/tasks.md, specs/002-b/tasks.md. Name one',
    ],
    ['no list', { 'docs/x.md': 'words\n' }, ['docs'], 2, 'docs holds no task list that is known'],
    ['no task', { 'x.md': 'words\n' }, ['x.md'], 1, 'x.md has no list of tasks (read as Markdown list)'],
    ['no such format', { 'x.md': LIST }, ['x.md', '--format', 'kirro'], 2, 'Did you mean "kiro"?'],
    ['a slug that is none', { 'x.md': LIST }, ['x.md', '--as', '../x'], 2, 'cannot be a slug'],
  ])('says what is wrong: %s', async (_, files, argv, code, message) => {
    for (const [path, text] of Object.entries(files)) here.write(path, text);
    const result = await here.plans(['import', ...argv]);
    expect(result.err).toContain(message);
    expect(result.code).toBe(code);
    expect(existsSync(join(here.root, 'plans'))).toBe(false);
  });

  it('offers the formats that there are', () => {
    const choices = findCommand('import')?.options.find(({ name }) => name === 'format')?.choices;
    expect(choices).toEqual(FORMATS.map(({ name }) => name));
  });
});
