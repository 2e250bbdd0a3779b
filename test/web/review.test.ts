import { describe, expect, it } from 'vitest';
import { PLAN, PLAN_FILE, REVIEW_FILE, REWORD, reviewText, SPLIT, suggests } from '../engine/planner/reviewing.ts';
import type { Repository } from '../support/repository.ts';
import { browserOver, expectSound, hasBrowser, type Serving } from './dashboard.ts';

describe.skipIf(!hasBrowser)('suggestions and history', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'README.md': '# Greet\n', [PLAN_FILE]: PLAN }),
    (given) => ({ repository, serving } = given),
    { claude: [suggests(REWORD, SPLIT)] },
  );

  it('are asked for, read side by side, accepted, told in the time line, and taken back', async () => {
    const page = await browser.open(`${serving.url}/plans/greet/review`);
    await page.waitForURL('**/plans/*:greet/review');
    for (const name of ['What is missing', 'A better order']) await page.getByRole('checkbox', { name }).uncheck();
    await page.getByRole('button', { name: 'Review with Claude' }).click();
    const card = page.locator('[data-suggestion]', { hasText: 'It names no file.' });
    await card.waitFor();
    await page.getByRole('heading', { name: 'What Claude says of the plan' }).waitFor();
    await card.locator('ins', { hasText: 'src/goodbye.ts' }).first().waitFor();
    await card.getByText('Read this as code').waitFor();
    await expectSound(browser, page);
    await card.getByRole('button', { name: 'Accept' }).click();
    await page.locator('.toast', { hasText: '1 suggestion accepted as' }).waitFor();
    await card.waitFor({ state: 'detached' });
    await page.locator('[data-suggestion]').getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('heading', { name: 'No suggestions wait' }).waitFor();
    expect(await repository.read(PLAN_FILE)).toContain('src/goodbye.ts');

    await page.getByRole('link', { name: 'History' }).click();
    const refined = page.locator('[data-iteration]', { hasText: 'Suggestions accepted' }).last();
    await refined.locator('summary').click();
    await refined.locator('.patch-lines .is-new', { hasText: 'src/goodbye.ts' }).first().waitFor();
    await expectSound(browser, page);
    await refined.getByRole('button', { name: 'Take back' }).click();
    await page.locator('.toast', { hasText: 'Taken back by' }).waitFor();
    expect(await repository.read(PLAN_FILE)).toBe(PLAN);
    expect(repository.status()).toEqual([]);
  });

  it('that are out of date say so and can only be dismissed', async () => {
    const review = reviewText([REWORD, SPLIT]);
    await repository.commit('suggest', { [PLAN_FILE]: PLAN.replace('Say goodbye', 'Say farewell'), [REVIEW_FILE]: review });
    const page = await browser.open(`${serving.url}/plans/greet/review`);
    await page.waitForURL('**/plans/*:greet/review');
    const stale = page.locator('.suggestion.is-stale', { hasText: 'It names no file.' });
    await stale.waitFor();
    expect(await stale.getByRole('button', { name: 'Accept' }).isDisabled()).toBe(true);
    await expectSound(browser, page);
    await stale.getByRole('button', { name: 'Dismiss' }).click();
    await stale.waitFor({ state: 'detached' });
    await page.locator('[data-suggestion]', { hasText: 'Two songs.' }).waitFor();
  });
});
