import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../../src/core/parse.ts';
import { parseReview } from '../../../src/core/review.ts';
import { PLAN, PLAN_FILE, REVIEW_FILE, reviewing, reviewText, REWORD, SPLIT } from './reviewing.ts';

/** A plan whose review has a new text for one task, and parts for `sing`. */
async function reviewed(text = reviewText(), files: Record<string, string> = {}) {
  const [reword = '', split = ''] = parseReview(text).review.suggestions.map(({ id }) => id);
  return Object.assign(await reviewing([], { [REVIEW_FILE]: text, ...files }), { reword, split });
}

describe('applying', () => {
  test('changes the plan and takes the suggestion out, in one commit', async () => {
    await using it = await reviewed();
    await it.repository.write({ 'README.md': '# Mine\n' });
    const result = await it.apply({ type: 'ids', ids: [it.reword] });
    expect(result).toMatchObject({
      applied: [{ id: it.reword, title: 'Change description, files of "Say goodbye"' }],
      refused: [],
      left: 1,
      commit: it.repository.head(),
    });
    expect(await it.repository.read(PLAN_FILE)).toBe(
      PLAN.replace('# first things first\n  ```\n', '# first things first\n  files: [src/**]\n  ```\n\n  Write `src/goodbye.ts`.\n'),
    );
    expect(it.repository.git('show', '--format=%B', '--name-status', 'HEAD').trim().split('\n')).toEqual([
      'greet: apply: Change description, files of "Say goodbye"',
      '',
      'Plan: greet',
      'Plan-Iteration: refine',
      'Plan-Changed-By: claude',
      'Plan-Prompt: Change description, files of "Say goodbye"',
      '',
      '',
      `M\t${PLAN_FILE}`,
      `M\t${REVIEW_FILE}`,
    ]);
    expect(it.repository.status()).toEqual([' M README.md']);
    expect((await it.open())?.suggestions).toMatchObject([{ id: it.split, state: 'open' }]);
  });

  test('the last one takes the file away', async () => {
    await using it = await reviewed();
    expect(await it.apply({ type: 'all' })).toMatchObject({ left: 0, refused: [] });
    expect(existsSync(it.repository.path(REVIEW_FILE))).toBe(false);
    expect(it.repository.git('show', '--format=%s', '--name-status', 'HEAD')).toBe(
      `greet: apply 2 suggestions\n\nM\t${PLAN_FILE}\nD\t${REVIEW_FILE}\n`,
    );
    const { plan } = parsePlan(await it.repository.read(PLAN_FILE), 'greet');
    expect(plan.phases[0]?.tasks.map(({ id, dependsOn }) => [id, dependsOn])).toEqual([
      ['say-hello', []],
      ['goodbye', ['say-hello']],
      ['low', ['goodbye']],
      ['high', ['goodbye']],
    ]);
    await expect(it.apply({ type: 'all' })).rejects.toThrow('There are no suggestions for "greet". Ask for some: plans review greet --all');
    expect(await it.open()).toBe(null);
  });

  test('what a person has ticked, as they have changed it; ticks need no commit of their own', async () => {
    await using it = await reviewed();
    await expect(it.apply({ type: 'ticked' })).rejects.toThrow(`No box in ${REVIEW_FILE} is ticked.`);
    const before = it.repository.head();
    const text = (await it.repository.read(REVIEW_FILE)).replace('- [ ] Change', '- [x] Change');
    await it.repository.write({ [REVIEW_FILE]: text });
    expect(await it.apply({ type: 'ticked' })).toMatchObject({ applied: [{ id: it.reword }], left: 1 });
    expect(it.repository.git('rev-list', '--count', `${before}..HEAD`).trim()).toBe('1');
  });

  test('what a person has written is in git before any of it is taken out', async () => {
    await using it = await reviewed();
    const text = (await it.repository.read(REVIEW_FILE))
      .replace('Write `src/goodbye.ts`.', 'Write `src/bye.ts`.')
      .replace('  > It', '  Ada: why?\n\n  > It');
    await it.repository.write({ [REVIEW_FILE]: text });
    await it.apply({ type: 'ids', ids: [it.reword] });
    expect(await it.repository.read(PLAN_FILE)).toContain('  Write `src/bye.ts`.\n');
    expect(it.repository.log().slice(0, 2)).toEqual(['greet: apply: Change description, files of "Say goodbye"', 'greet: edit the review']);
    expect(it.repository.git('show', `HEAD~1:${REVIEW_FILE}`)).toBe(text);
    expect(await it.repository.read(REVIEW_FILE)).not.toContain('Ada');
  });

  test('a stale suggestion is refused and stays; the edit that made it stale is committed as the person’s', async () => {
    await using it = await reviewed();
    const edited = PLAN.replace('- [ ] Say goodbye', '- [ ] Say farewell');
    await it.repository.write({ [PLAN_FILE]: edited });
    expect((await it.open())?.suggestions).toMatchObject([
      { id: it.reword, state: 'stale', problem: 'The task "Say farewell" has been changed since.' },
      { id: it.split, state: 'open' },
    ]);
    expect(await it.apply({ type: 'ids', ids: [it.reword] })).toMatchObject({
      applied: [],
      refused: [{ id: it.reword, reason: 'stale' }],
      left: 2,
      commit: null,
    });
    expect(await it.repository.read(PLAN_FILE)).toBe(edited);
    expect(it.repository.log()[0]).toBe('greet: edit the plan');
    expect(await it.apply({ type: 'all' })).toMatchObject({ applied: [{ id: it.split }], refused: [{ id: it.reword }], left: 1 });
  });

  test('what is left is said anew against the plan as it is then', async () => {
    const plan = PLAN.replace('- [ ] Sing', '- [ ] Dance\n\n  ```yaml\n  dependsOn: [sing]\n  ```\n\n- [ ] Sing');
    const text = reviewText([{ ...REWORD, task: 'dance', files: null }, SPLIT], plan);
    await using it = await reviewed(text, { [PLAN_FILE]: plan });
    expect(await it.apply({ type: 'ids', ids: [it.split] })).toMatchObject({ left: 1 });
    const [left] = parseReview(await it.repository.read(REVIEW_FILE)).review.suggestions;
    expect(left).toMatchObject({ id: it.reword, before: expect.stringContaining('dependsOn: [low, high]') });
    expect(await it.apply({ type: 'all' })).toMatchObject({ refused: [], left: 0 });
  });

  test('a name may be cut short, and one that there is not has a hint', async () => {
    await using it = await reviewed();
    await expect(it.apply({ type: 'ids', ids: ['modify-goodby'] })).resolves.toMatchObject({ left: 1 });
    await expect(it.apply({ type: 'ids', ids: ['splat-sing'] })).rejects.toThrow(/There is no suggestion "splat-sing" for "greet"\./);
  });

  test('a commit that a hook refuses leaves both files as they were', async () => {
    await using it = await reviewed();
    const review = await it.repository.read(REVIEW_FILE);
    await it.repository.hook('pre-commit', 'echo not today >&2; exit 1');
    await expect(it.apply({ type: 'all' })).rejects.toThrow(/Nothing was applied\. A git hook refused the commit\. It said:\n.*not today/s);
    expect([await it.repository.read(PLAN_FILE), await it.repository.read(REVIEW_FILE)]).toEqual([PLAN, review]);
    expect(it.repository.status()).toEqual([]);
  });

  test('and what people write into them meanwhile', async () => {
    await using it = await reviewed();
    const review = await it.repository.read(REVIEW_FILE);
    const mine = [PLAN_FILE, REVIEW_FILE].map((file) => `printf '\\nMine.\\n' >> ${file}`).join('; ');
    await it.repository.hook('pre-commit', `${mine}; exit 1`);
    await expect(it.apply({ type: 'ids', ids: [it.reword] })).rejects.toThrow('Nothing was applied.');
    expect([await it.repository.read(PLAN_FILE), await it.repository.read(REVIEW_FILE)]).toEqual([
      `${PLAN}\nMine.\n`,
      `${review}\nMine.\n`,
    ]);
  });

  test('nothing is decided on a review in the middle of a merge', async () => {
    await using it = await reviewed();
    const text = `<<<<<<< HEAD\n${await it.repository.read(REVIEW_FILE)}=======\n>>>>>>> theirs\n`;
    await it.repository.commit('half merged', { [REVIEW_FILE]: text });
    const words = `${REVIEW_FILE}:1:1 "<<<<<<< HEAD" is the mark`;
    await expect(it.apply({ type: 'all' })).rejects.toThrow(words);
    await expect(it.dismiss({ type: 'all' })).rejects.toThrow(words);
    expect(await it.repository.read(REVIEW_FILE)).toBe(text);
  });

  test('nothing that is done is touched, whoever did it meanwhile', async () => {
    await using it = await reviewed();
    const done = PLAN.replace('- [ ] Say goodbye', '- [x] Say goodbye');
    await it.repository.commit('done by hand', { [PLAN_FILE]: done });
    expect(await it.apply({ type: 'ids', ids: [it.reword] })).toMatchObject({
      applied: [],
      refused: [{ reason: 'blocked', message: 'The task "goodbye" is completed, and what is done is not changed.' }],
    });
    expect(await it.repository.read(PLAN_FILE)).toBe(done);
  });
});

describe('dismissing', () => {
  test('takes suggestions off the list, in a commit; the plan and what is written in it stay', async () => {
    await using it = await reviewed();
    const edited = `${PLAN}\nTo be done.\n`;
    await it.repository.write({ [PLAN_FILE]: edited });
    expect(await it.dismiss({ type: 'ids', ids: [it.split] })).toMatchObject({
      dismissed: [it.split],
      left: 1,
      commit: it.repository.head(),
    });
    expect(it.repository.git('log', '-1', '--format=%B').trim().split('\n')).toEqual([
      'greet: dismiss: Break "Sing" down into 2 tasks',
      '',
      'Plan: greet',
      'Plan-Iteration: review',
      'Plan-Changed-By: user',
      'Plan-Prompt: Break "Sing" down into 2 tasks',
    ]);
    expect(await it.repository.read(PLAN_FILE)).toBe(edited);
    expect(it.repository.status()).toEqual([` M ${PLAN_FILE}`]);
    expect(await it.dismiss({ type: 'all' })).toMatchObject({ left: 0 });
    expect(existsSync(it.repository.path(REVIEW_FILE))).toBe(false);
  });

  test('works where the plan has errors, and leaves what cannot be read', async () => {
    await using it = await reviewed();
    const text = (await it.repository.read(REVIEW_FILE)).replace(`id: ${it.split}`, `ident: ${it.split}`);
    await it.repository.commit('broken', { [PLAN_FILE]: `${PLAN}- [ ] Sing\n`, [REVIEW_FILE]: text });
    expect(await it.dismiss({ type: 'all' })).toMatchObject({ dismissed: [it.reword] });
    expect(await it.repository.read(REVIEW_FILE)).toContain(`ident: ${it.split}`);
    await expect(it.dismiss({ type: 'all' })).rejects.toThrow('Some cannot be read');
  });
});
