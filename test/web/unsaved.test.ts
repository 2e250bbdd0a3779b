/** What is typed and not saved: over a server that is killed, on other pages, and before a run. */
import { describe, expect, it } from 'vitest';
import type { Repository } from '../support/repository.ts';
import { task } from '../support/rig.ts';
import { browserOver, expectSound, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const PLAN = `---\nstatus: ready\n---\n\n# Write\n\n${task('one', 'echo 1 > one.txt')}`;

describe.skipIf(!hasBrowser)('a draft that is not saved', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/write.plan.md': PLAN }),
    (given) => ({ repository, serving } = given),
  );

  it('outlives a server that is killed, is told of elsewhere, and goes before a run', async () => {
    const page = await browser.open(`${serving.url}/plans/write/edit`, PHONE);
    await page.waitForURL('**/plans/*:write/edit');
    const title = page.getByRole('group', { name: 'The plan' }).getByLabel('Title');
    const tab = (name: string) => page.getByRole('navigation', { name: 'Pages of this plan' }).getByRole('link', { name });
    await title.fill('Write it');
    await serving.kill();
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.locator('.refused', { hasText: 'The server cannot be reached.' }).waitFor();
    await title.fill('Write it down');
    await serving.start();
    await page.locator('.connection.is-live').waitFor();
    expect(await title.inputValue()).toBe('Write it down');

    await tab('Plan').tap();
    await page.getByText('What you have changed in the editor is not saved yet.').waitFor();
    await expectSound(browser, page);
    await page.getByRole('button', { name: 'Execute' }).tap();
    await page.locator('.toast.is-failed', { hasText: 'is not saved' }).waitFor();
    expect(await repository.read('plans/write.plan.md')).toBe(PLAN);

    await page.getByRole('link', { name: 'Go on with it' }).tap();
    await expect.poll(() => title.inputValue()).toBe('Write it down');
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.locator('.toast', { hasText: 'Saved as' }).waitFor();
    await page.getByRole('button', { name: 'Execute' }).tap();
    await page.getByRole('region', { name: 'Completed' }).waitFor();
    // The page says so from the file on, which is committed then.
    await expect.poll(() => repository.status()).toEqual([]);
    expect(await repository.read('plans/write.plan.md')).toMatch(/^# Write it down$/m);
  });
});
