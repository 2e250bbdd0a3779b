import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { WatchEvent } from '../../src/core/watch-event.ts';
import { openStore } from '../../src/adapters/store/store.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { planText } from '../support/sync.ts';
import { watched } from '../support/watching.ts';

const ONE = { 'plans/one.plan.md': planText('One', ['First', 'Second']) };

const git = (repository: Repository, ...args: string[]) => promisify(execFile)('git', args, { cwd: repository.root });
const many = (count: number, title: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`plans/p${index}.plan.md`, planText(`${title} ${index}`, ['First'])]));

const NO_WATCHES = () => Promise.reject(new Error('the system has no watches left'));

describe('what is told', () => {
  test('a save is told in the plan’s terms, as its event says', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root);
    writeFileSync(repository.path('plans/one.plan.md'), planText('One', ['x First', 'Second', 'Third']));
    await watch.until(() => watch.changes().length > 0);
    const [started, changed] = watch.events.map((event) => WatchEvent.parse(event));
    expect(started).toMatchObject({ type: 'watch-started', folder: 'plans/', plans: 1, branch: 'main', by: 'notification' });
    expect(changed).toMatchObject({
      type: 'plans-changed',
      cause: 'files',
      branch: 'main',
      plans: [
        {
          plan: 'one',
          kind: 'edited',
          title: 'One',
          status: 'ready',
          valid: true,
          error: null,
          changes: { added: { tasks: [{ id: 'third' }] }, modified: { tasks: [{ id: 'first', fields: ['status'] }] } },
        },
      ],
    });
  });

  test('new, renamed and deleted plans, and plans with errors', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root);
    const kinds = () => watch.changes().map(({ plan, kind, changes }) => [plan, kind, changes?.was]);
    await repository.write({ 'plans/two.plan.md': planText('Two', ['First']) });
    await watch.until(() => watch.changes().length === 1);
    renameSync(repository.path('plans/two.plan.md'), repository.path('plans/three.plan.md'));
    await watch.until(() => watch.changes().length === 2);
    await repository.write({ 'plans/three.plan.md': planText('Three', ['First'], 'soon') });
    await watch.until(() => watch.changes().length === 3);
    rmSync(repository.path('plans/three.plan.md'));
    await watch.until(() => watch.changes().length === 4);
    expect(kinds()).toEqual([
      ['two', 'added', undefined],
      ['three', 'renamed', 'two'],
      ['three', 'edited', undefined],
      ['three', 'removed', undefined],
    ]);
    expect(watch.changes()[2]).toMatchObject({ valid: false, error: { line: 2 } });
  });

  test('the folder itself may go, come back and be renamed', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root);
    const [there, away] = [repository.path('plans'), repository.path('elsewhere')];
    for (const round of [1, 2]) {
      renameSync(there, away);
      await watch.until(() => watch.changes().length === round * 3 - 2);
      renameSync(away, there);
      await watch.until(() => watch.changes().length === round * 3 - 1);
      await repository.write({ 'plans/one.plan.md': planText(`One ${round}`, ['First', 'Second']) });
      await watch.until(() => watch.changes().length === round * 3);
    }
    const kinds = watch.changes().map(({ kind }) => kind);
    expect(kinds).toEqual(['removed', 'added', 'edited', 'removed', 'added', 'edited']);
    expect(watch.events.filter(({ type }) => type === 'polling-chosen')).toEqual([]);
  });

  test('a lost cache is no change of a plan', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root);
    rmSync(repository.path('.plans'), { recursive: true });
    await repository.write({ 'plans/two.plan.md': planText('Two', ['First']) });
    await watch.until(() => watch.changes().length > 0);
    expect(watch.changes().map(({ plan, kind }) => [plan, kind])).toEqual([['two', 'added']]);
    expect(existsSync(repository.path('.plans/state.db'))).toBe(true);
  });

  test('what another process has synced is told all the same', async () => {
    await using repository = await createRepository(ONE);
    let hint: (() => void) | undefined;
    await using watch = await watched(repository.root, {
      hints: async (request) => {
        hint = request.hint;
        return { close: async () => {} };
      },
    });
    const { syncFiles } = await import('../../src/engine/sync.ts');
    await repository.write({ 'plans/one.plan.md': planText('One more', ['First', 'Second']) });
    expect((await syncFiles(watch.workspace)).changed).toEqual(['one']);
    hint?.();
    await watch.until(() => watch.changes().length > 0);
    expect(watch.changes()[0]).toMatchObject({ plan: 'one', title: 'One more', changes: { plan: ['title'] } });
  });
});

describe('own writes', () => {
  test('have no echo, and what others saved before, between and after them is told alone', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root);
    const file = repository.path('plans/one.plan.md');
    const tick = (title: string) => watch.workspace.files.editText(file, (text) => text.replace(`[ ] ${title}`, `[x] ${title}`));
    await tick('First');
    await tick('Second');
    await repository.write({ 'plans/mark.plan.md': planText('Mark', ['First']) });
    await watch.until(() => watch.changes().length === 1);
    expect(watch.changes().map(({ plan }) => plan)).toEqual(['mark']);

    // A person's save that the watcher has not seen yet when the next write of ours comes on top of it.
    writeFileSync(file, planText('One', ['x First', 'x Second', 'Third']));
    await tick('Third');
    await watch.until(() => watch.changes().length === 2);
    await repository.write({ 'plans/mark.plan.md': null });
    await watch.until(() => watch.changes().length === 3);
    const [, edited] = watch.changes();
    expect(edited).toMatchObject({
      plan: 'one',
      kind: 'edited',
      changes: { added: { tasks: [{ id: 'third' }] }, modified: { tasks: [] } },
    });
    expect(await repository.read('plans/one.plan.md')).toContain('[x] Third');
  });
});

describe('git', () => {
  test('a branch switch with 500 changed plans is one change, and no reader sees half of it', async () => {
    const count = 500;
    await using repository = await createRepository(many(count, 'Main'));
    repository.git('switch', '-q', '-c', 'other');
    await repository.commit('other', many(count, 'Other'));
    repository.git('switch', '-q', 'main');
    await using watch = await watched(repository.root);
    const reader = openStore(repository.path('.plans/state.db'));
    const seen = new Set<number>();
    const stop = new AbortController();
    const looking = (async () => {
      while (!stop.signal.aborted) {
        seen.add(reader.snapshot(() => reader.records.plans()).filter(({ title }) => title.startsWith('Other')).length);
        await new Promise(setImmediate);
      }
    })();
    await git(repository, 'switch', '-q', 'other');
    await watch.until(() => watch.changes().length >= count);
    stop.abort();
    await looking;
    seen.add(reader.records.plans().filter(({ title }) => title.startsWith('Other')).length);
    reader.close();
    expect([...seen].toSorted((a, b) => a - b)).toEqual([0, count]);
    const changed = watch.events.filter((event) => event.type === 'plans-changed');
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatchObject({ cause: 'git', branch: 'other', commit: repository.git('rev-parse', 'other').trim() });
    expect(changed[0]?.plans).toHaveLength(count);
  });

  test('a branch without the folder, and back', async () => {
    await using repository = await createRepository(ONE);
    repository.git('switch', '-q', '-c', 'bare');
    await repository.commit('no plans', { plans: null, 'other.txt': 'x' });
    repository.git('switch', '-q', 'main');
    await using watch = await watched(repository.root);
    await git(repository, 'switch', '-q', 'bare');
    await watch.until(() => watch.changes().length === 1);
    await git(repository, 'switch', '-q', 'main');
    await watch.until(() => watch.changes().length === 2);
    expect(watch.changes().map(({ plan, kind }) => [plan, kind])).toEqual([
      ['one', 'removed'],
      ['one', 'added'],
    ]);
  });

  test('a rebase over several commits is one change', async () => {
    await using repository = await createRepository(many(3, 'Main'));
    repository.git('switch', '-q', '-c', 'topic');
    for (const number of [1, 2, 3, 4])
      await repository.commit(`topic ${number}`, { 'plans/p0.plan.md': planText(`Topic ${number}`, ['First']) });
    repository.git('switch', '-q', 'main');
    await repository.commit('main goes on', { 'plans/p1.plan.md': planText('Main goes on', ['First']) });
    repository.git('switch', '-q', 'topic');
    await using watch = await watched(repository.root);
    await git(repository, 'rebase', '-q', 'main');
    await watch.until(() => watch.changes().length > 0);
    expect(watch.changes().map(({ plan, title }) => [plan, title])).toEqual([['p1', 'Main goes on']]);
  });
});

describe('without hints', () => {
  test('the files are polled where that is asked for', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root, { polling: true });
    await repository.write({ 'plans/one.plan.md': planText('Polled', ['First', 'Second']) });
    await watch.until(() => watch.changes().length > 0);
    expect(watch.events[0]).toMatchObject({ type: 'watch-started', by: 'polling', reason: 'you asked for it' });
    expect(watch.changes()[0]).toMatchObject({ title: 'Polled' });
  });

  test('… where the system refuses to watch, at the beginning and later', async () => {
    await using repository = await createRepository(ONE);
    {
      await using watch = await watched(repository.root, { hints: NO_WATCHES });
      expect(watch.events[0]).toMatchObject({ by: 'polling', reason: 'the system has no watches left' });
    }
    let closed = 0;
    await using watch = await watched(repository.root, {
      hints: async ({ fail }) => {
        setImmediate(() => fail('too many files are open'));
        return { close: async () => void closed++ };
      },
    });
    await watch.until(() => watch.events.some(({ type }) => type === 'polling-chosen'));
    await repository.write({ 'plans/one.plan.md': planText('Polled', ['First', 'Second']) });
    await watch.until(() => watch.changes().length > 0);
    expect(closed).toBe(1);
  });

  test('… and where changes come without a word', async () => {
    await using repository = await createRepository(ONE);
    await using watch = await watched(repository.root, {
      hints: async () => ({ close: async () => {} }),
      pace: { idleMs: 20, silentMs: 40 },
    });
    const isPolling = () => watch.events.some(({ type }) => type === 'polling-chosen');
    for (let round = 1; !isPolling(); round += 1) {
      await repository.write({ 'plans/one.plan.md': planText(`Silent ${round}`, ['First']) });
      await watch.until(() => watch.changes().length === round || isPolling());
    }
    expect(watch.changes().length).toBeGreaterThan(1);
    expect(watch.events.find((event) => event.type === 'polling-chosen')?.reason).toMatch(/the system said nothing of/);
  });
});
