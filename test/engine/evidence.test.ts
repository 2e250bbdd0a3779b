/** What commits say is read once and written down; whatever becomes of the branch or the cache, it is what git says. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { formatTrailers } from '../../src/core/trailer.ts';
import { evidenceOf } from '../../src/engine/history.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { openContext } from '../support/sync.ts';
import { landed, PLAN } from './histories.ts';

/** Commits that each land a task, on top of what is there. */
function land(repository: Repository, from: number, count: number): void {
  const commits = Array.from({ length: count }, (_, index) => {
    const id = from + index;
    const message = `auth: ${id}\n\n${formatTrailers(landed(`t${id}`))}\n`;
    const text = `version ${id}\n`;
    const parent = index === 0 ? 'from refs/heads/main^0\n' : '';
    const head = `commit refs/heads/main\ncommitter A <a@example.org> ${1_760_000_000 + id} +0000\ndata ${message.length}\n${message}\n`;
    return `${head}${parent}M 100644 inline ${PLAN}\ndata ${text.length}\n${text}\n`;
  });
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: repository.root, input: commits.join('') });
  repository.git('reset', '--quiet', '--hard');
}

test('what is written down is what git says', async () => {
  await using repository = await createRepository({ [PLAN]: 'version 0\n' });
  await using context = await openContext(repository.root);
  const store = context.store();
  const check = async (count: number): Promise<string | null> => {
    const said = await evidenceOf(context);
    expect(said).toHaveLength(count);
    const head = store.meta('evidenceHead');
    const kept = store.meta('evidence');
    store.setMeta('evidenceHead', null);
    expect(await evidenceOf(context)).toEqual(said);
    store.setMeta('evidenceHead', head);
    store.setMeta('evidence', kept);
    return head;
  };
  land(repository, 1, 60);
  const first = await check(60);
  expect(first).toContain(repository.head());
  land(repository, 61, 3);
  // Three more are not worth it.
  expect(await check(63)).toBe(first);
  repository.git('reset', '--quiet', '--hard', 'HEAD~10');
  land(repository, 70, 5);
  await check(58);
  store.setMeta('evidence', '[{"planId":');
  expect(await evidenceOf(context)).toHaveLength(58);
});
