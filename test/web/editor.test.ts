import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { browserOver, DESKTOP, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';
import { FINGER } from './hand.ts';

const PLAN = `---
status: draft
---

# Add authentication

What it is *for*.

## Backend

- [ ] Write the model
- [ ] Write the route

## Frontend

- [ ] Write the form
`;

describe.skipIf(!hasBrowser)('the editor', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({
      'plans/auth.plan.md': PLAN,
      'plans/order.plan.md': PLAN,
      'plans/touch.plan.md': PLAN,
      'plans/deaf.plan.md': PLAN,
      'plans/both.plan.md': PLAN,
      'plans/clash.plan.md': PLAN,
      'plans/broken.plan.md': PLAN.replace('status: draft', 'state: draft'),
    }),
    (given) => ({ repository, serving } = given),
  );

  const ids = (page: Page) => page.locator('[data-edit-task]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-edit-task')));
  const title = (page: Page) => page.getByRole('group', { name: 'The plan' }).getByLabel('Title');

  /** The page of the whole address, to which the short one leads. */
  const open = async (slug: string, { query = '', size = DESKTOP } = {}): Promise<Page> => {
    const page = await browser.open(`${serving.url}/plans/${slug}/edit${query}`, size);
    await page.waitForURL(`**/plans/*:${slug}/edit*`);
    await page.locator('.editor').waitFor();
    return page;
  };

  it('saves as a commit, says which, and takes it back by another', async () => {
    const page = await open('auth');
    await title(page).fill('Add sign-in');
    await expectSound(browser, page);
    await page.keyboard.press('ControlOrMeta+s');
    const toast = page.locator('.toast', { hasText: 'Saved as' });
    await toast.waitFor();
    expect(await toast.innerText()).toContain(repository.head().slice(0, 7));
    expect(await repository.read('plans/auth.plan.md')).toBe(PLAN.replace('Add authentication', 'Add sign-in'));
    expect(repository.status()).toEqual([]);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.toast', { hasText: 'Taken back' }).waitFor();
    expect(await repository.read('plans/auth.plan.md')).toBe(PLAN);
    await expect.poll(() => title(page).inputValue()).toBe('Add authentication');
  });

  it('keeps what is not saved over a reload', async () => {
    const page = await open('auth');
    await title(page).fill('Not saved yet');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await expect.poll(() => title(page).inputValue()).toBe('Not saved yet');
    expect(await repository.read('plans/auth.plan.md')).toBe(PLAN);
  });

  it('moves tasks by pointer and by keys, within and across phases, and says where they are', async () => {
    const page = await open('order');
    const grip = page.getByRole('button', { name: 'Move Write the model', exact: true });
    await grip.focus();
    for (const key of ['Space', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Space']) await page.keyboard.press(key);
    await expect.poll(() => ids(page)).toEqual(['write-the-route', 'write-the-form', 'write-the-model']);
    await page.getByText('Write the model is now 2 of 2 in Frontend.').waitFor({ state: 'attached' });
    // It keeps the focus where it is now.
    for (const key of ['Space', 'ArrowUp', 'Escape']) await page.keyboard.press(key);
    expect(await ids(page)).toEqual(['write-the-route', 'write-the-form', 'write-the-model']);

    const from = await grip.boundingBox();
    const to = await page.locator('[data-edit-task="write-the-route"]').boundingBox();
    if (from === null || to === null) throw new Error('nothing to drag');
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(to.x + 5, to.y + 20, { steps: 5 });
    await page.mouse.move(to.x + 5, to.y + 3, { steps: 5 });
    await page.locator('.drop-line').waitFor();
    await page.mouse.up();
    await expect.poll(() => ids(page)).toEqual(['write-the-model', 'write-the-route', 'write-the-form']);

    await page.getByRole('button', { name: 'Move Frontend', exact: true }).focus();
    for (const key of ['Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
    await expect.poll(() => ids(page)).toEqual(['write-the-form', 'write-the-model', 'write-the-route']);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.toast', { hasText: 'Saved as' }).waitFor();
    expect((await repository.read('plans/order.plan.md')).match(/## \w+|(?<=\] ).*/g)).toEqual([
      '## Frontend',
      'Write the form',
      '## Backend',
      'Write the model',
      'Write the route',
    ]);
    await expectSound(browser, page);
  });

  it('moves a task by a finger on its grip', async () => {
    const page = await open('touch', { size: PHONE });
    await page.locator('[data-edit-task]').first().waitFor();
    await FINGER.carry(
      page.getByRole('button', { name: 'Move Write the route', exact: true }),
      page.locator('[data-edit-task="write-the-model"]'),
    );
    await expect.poll(() => ids(page)).toEqual(['write-the-route', 'write-the-model', 'write-the-form']);
  });

  it('adds, removes and describes, refuses cycles, and shows the same in the file and in the drawing', async () => {
    const page = await open('order', { query: '?view=source' });
    const file = page.getByRole('textbox', { name: 'Markdown' });
    await page.getByRole('button', { name: 'Add a task to Backend' }).click();
    await page.keyboard.type('Write the tests');
    await page.keyboard.press('Enter');
    // The next one right after it; escape gives the button back, and the focus.
    await expect.poll(() => page.getByRole('textbox', { name: 'Add a task to Backend' }).inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await page.locator('button:focus', { hasText: 'Add a task' }).waitFor();
    await page.locator('[data-edit-task="write-the-tests"] .opener').click();
    const form = page.getByRole('group', { name: 'Task Write the tests' });
    await form.getByRole('textbox', { name: 'Description' }).fill('All of *them*.\n\n- [ ] really');
    await form.getByRole('button', { name: 'Preview' }).click();
    await form.locator('.preview em', { hasText: 'them' }).waitFor();
    await form.getByRole('button', { name: 'Pick' }).click();
    await form.getByRole('checkbox', { name: /^Write the route/ }).check();
    await form.getByLabel('Time for one attempt').fill('soon');
    await form.getByText('This has to be a duration such as').waitFor();
    await form.getByLabel('Time for one attempt').fill('20m');
    expect(await file.inputValue()).toContain(
      '- [ ] Write the tests\n\n  ```yaml\n  dependsOn: [write-the-route]\n  timeout: 20m\n  ```\n\n  All of *them*.\n\n  - [ ] really\n',
    );

    await page.locator('[data-edit-task="write-the-route"] .opener').click();
    const other = page.getByRole('group', { name: 'Task Write the route' });
    await other.getByRole('button', { name: 'Pick' }).click();
    expect(await other.getByRole('checkbox', { name: /^Write the tests/ }).isDisabled()).toBe(true);
    await expectSound(browser, page);

    await page.getByRole('button', { name: 'Graph' }).click();
    await page.locator('[data-node="write-the-tests"]').click();
    await form.waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Remove Write the tests' }).click();
    await page.locator('[data-node="write-the-tests"]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo', exact: true }).first().click();
    await page.locator('[data-node="write-the-tests"]').waitFor();

    await page.getByRole('button', { name: 'Mark as ready' }).click();
    await page.locator('.toast', { hasText: 'Marked as ready' }).waitFor();
    await page.getByRole('button', { name: 'Back to draft' }).waitFor();
    expect(await repository.read('plans/order.plan.md')).toMatch(/status: ready[^]*Write the tests/);
    expect(repository.status()).toEqual([]);
  });

  it('shows what is wrong at its line while it is typed, and does not save it', async () => {
    const page = await open('broken', { query: '?view=source' });
    await page.locator('.gutter .is-error', { hasText: '2' }).waitFor();
    await page.getByRole('button', { name: 'Line 2:1' }).waitFor();
    const file = page.getByRole('textbox', { name: 'Markdown' });
    await expectSound(browser, page);
    const text = await file.inputValue();
    await file.fill(`${text}\n- [ ] one more\n`);
    await page.keyboard.press('ControlOrMeta+s');
    await page.locator('.refused', { hasText: 'was not changed' }).waitFor();
    await file.fill(text.replace('state: draft', 'status: draft'));
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.keyboard.press('ControlOrMeta+s');
    await page.locator('.toast', { hasText: 'Saved' }).waitFor();
    expect(await repository.read('plans/broken.plan.md')).toBe(PLAN);
  });

  it('brings two editors’ changes together, and loses neither', async () => {
    const [mine, theirs] = [await open('both'), await open('both')];
    await title(mine).fill('My title');
    await theirs.getByRole('button', { name: 'Add a task to Frontend' }).click();
    await theirs.keyboard.type('Theirs');
    await theirs.keyboard.press('Enter');
    await theirs.keyboard.press('ControlOrMeta+s');
    await theirs.locator('.toast', { hasText: 'Saved as' }).waitFor();
    const box = mine.getByRole('alert', { name: 'Changed meanwhile' });
    await box.locator('.patch-lines .is-new', { hasText: 'Theirs' }).waitFor();
    await expectSound(browser, mine);
    await box.getByRole('button', { name: 'Bring both together' }).click();
    await mine.keyboard.press('ControlOrMeta+s');
    await mine.locator('.toast', { hasText: 'Saved as' }).waitFor();
    expect(await repository.read('plans/both.plan.md')).toMatch(/# My title[^]*- \[ \] Theirs/);
    // Who has nothing unsaved sees it at once.
    await expect.poll(() => title(theirs).inputValue()).toBe('My title');
  });

  it('asks where two have changed the same lines, in the editor or in a terminal', async () => {
    const page = await open('clash');
    await title(page).fill('My title');
    await repository.write({
      'plans/clash.plan.md': PLAN.replace('Add authentication', 'Their title').replace('Write the form', 'Write the page'),
    });
    const box = page.getByRole('alert', { name: 'Changed meanwhile' });
    await box.getByRole('button', { name: 'Choose where they differ' }).click();
    await box.getByRole('radio', { name: 'Mine' }).check();
    await expectSound(browser, page);
    await box.getByRole('button', { name: 'Use this' }).click();
    await page.keyboard.press('ControlOrMeta+s');
    await page.locator('.toast', { hasText: 'Saved' }).waitFor();
    const text = await repository.read('plans/clash.plan.md');
    expect(text).toContain('# My title');
    expect(text).toContain('Write the page');
  });

  it('overwrites nothing where it has not heard of the other change', async () => {
    const page = await open('deaf');
    await title(page).waitFor();
    await page.route('**/api/events*', (route) => route.abort());
    await serving.kill();
    await repository.write({ 'plans/deaf.plan.md': PLAN.replace('Write the form', 'Write the page') });
    await title(page).fill('My title');
    await serving.start();
    await page.keyboard.press('ControlOrMeta+s');
    const box = page.getByRole('alert', { name: 'Changed meanwhile' });
    await box.locator('.patch-lines .is-new', { hasText: 'Write the page' }).waitFor();
    expect(await repository.read('plans/deaf.plan.md')).toContain('# Add authentication');
    await box.getByRole('button', { name: 'Take theirs' }).click();
    await expect.poll(() => title(page).inputValue()).toBe('Add authentication');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => title(page).inputValue()).toBe('My title');
  });
});
