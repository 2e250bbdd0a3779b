import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepository, type Repository } from '../support/repository.ts';
import { expectSound, hasBrowser, Serving, TestBrowser } from './dashboard.ts';

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
  const browser = new TestBrowser();
  let repository: Repository;
  let serving: Serving;

  beforeAll(async () => {
    repository = await createRepository();
    await repository.commit('plans', { 'plans/auth.plan.md': PLAN });
    serving = new Serving([repository]);
    await serving.start();
  });

  afterAll(async () => {
    await browser.close();
    await serving.kill();
    await repository.dispose();
  });

  it('saves as a commit, says which, and takes it back by another', async () => {
    const page = await browser.open(`${serving.url}/plans/auth/edit`);
    await page.getByLabel('Title', { exact: true }).fill('Add sign-in');
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
    await expect.poll(() => page.getByLabel('Title', { exact: true }).inputValue()).toBe('Add authentication');
  });

  it('keeps what is not saved over a reload', async () => {
    const page = await browser.open(`${serving.url}/plans/auth/edit`);
    await page.getByLabel('Title', { exact: true }).fill('Not saved yet');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await expect.poll(() => page.getByLabel('Title', { exact: true }).inputValue()).toBe('Not saved yet');
    expect(await repository.read('plans/auth.plan.md')).toBe(PLAN);
  });
});
