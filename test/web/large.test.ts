import { describe, expect, it } from 'vitest';
import { browserOver, hasBrowser, PHONE, type Serving } from './dashboard.ts';

const PHASES = 30;
const TASKS = 1_200;

/** In phases of 40, and one of 300, whose rows are drawn each for itself. */
const PLAN = `# Large\n${Array.from({ length: TASKS }, (_, index) => `${index % 40 === 0 ? `\n## Phase ${index / 40}\n\n` : ''}- [ ] Task ${index}\n`).join('')}
## Long\n\n${Array.from({ length: 300 }, (_, index) => `- [ ] Row ${index}\n`).join('')}`;

/** Too many for one drawing. */
const HUGE = `# Huge\n${Array.from({ length: 1_600 }, (_, index) => `${index % 40 === 0 ? `\n## Phase ${index / 40}\n\n` : ''}- [ ] Task ${index}\n`).join('')}`;

describe.skipIf(!hasBrowser)('a plan of more than a thousand tasks', () => {
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/large.plan.md': PLAN, 'plans/huge.plan.md': HUGE }),
    (given) => ({ serving } = given),
  );
  const address = (rest: string): string => `${serving.url}/plans/large${rest}`;

  it.each([
    ['the document', '', '[data-task]', '[data-phase]'],
    ['the editor', '/edit', '[data-edit-task]', '[data-edit-phase]'],
    ['the progress', '/run', '[data-step]', '.run-phase'],
  ])('is all on the page in the end, in its order: %s', async (_, rest, row, phase) => {
    const page = await browser.open(address(rest));
    await expect.poll(() => page.locator(row).count()).toBe(TASKS + 300);
    expect(await page.locator(phase).count()).toBe(PHASES + 1);
    const texts = await page.locator(row).evaluateAll((rows) => rows.map((each) => each.textContent));
    expect([0, 41, TASKS - 1, TASKS, TASKS + 299].map((index) => /Task \d+|Row \d+/.exec(texts[index] ?? '')?.[0])).toEqual([
      'Task 0',
      'Task 41',
      `Task ${TASKS - 1}`,
      'Row 0',
      'Row 299',
    ]);
    // What is out of sight is found and comes into view: a reader of the screen, the tab key and the browser's search go there.
    await page.locator(row).last().scrollIntoViewIfNeeded();
    await expect.poll(() => page.locator(row).last().isVisible()).toBe(true);
    await page.close();
  });

  it('opens the task that is asked for at once, far down', async () => {
    const page = await browser.open(address('/edit?task=task-1190'), PHONE);
    await page.getByRole('group', { name: 'Task Task 1190' }).getByLabel('Title').fill('Another title');
    await page.locator('[data-edit-task="task-1190"]', { hasText: 'Another title' }).waitFor();
    // Where one sees it, though a thousand others are above it, and come after it.
    const top = () => page.locator('[data-edit-task="task-1190"]').evaluate((row) => row.getBoundingClientRect().top);
    await expect.poll(() => page.locator('[data-edit-task]').count()).toBe(TASKS + 300);
    await expect.poll(async () => (await top()) >= 0 && (await top()) < PHONE.height).toBe(true);
    // A field in each phase would have the browser lay out all of them.
    expect(await page.locator('.edit-phase form').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    await page.close();
  });

  it('shows its file line by line, with their numbers', async () => {
    const page = await browser.open(address('?view=source'));
    const lines = page.locator('.source .line');
    await expect.poll(() => lines.count()).toBe(PLAN.split('\n').length);
    const at = PLAN.split('\n').indexOf('- [ ] Task 700');
    expect(await lines.nth(at).textContent()).toContain('Task 700');
    const number = lines.nth(at).evaluate((line) => getComputedStyle(line, '::before').content);
    expect(await number).toBe(`"${at + 1}"`);
    await page.close();
  });

  it('is drawn phase by phase where one drawing could not be read', async () => {
    const page = await browser.open(`${serving.url}/plans/huge/edit?view=graph`);
    const part = page.getByRole('combobox', { name: 'What is drawn' });
    await page.locator('[data-node="phase-0"]').waitFor();
    expect(await page.locator('[data-node]').count()).toBe(40);
    await page.locator('.graph-part', { hasText: '1,600 tasks are too many' }).waitFor();
    // By keys from box to box, into a phase, and to a task of it.
    await page.locator('[data-node="phase-0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator('[data-node="task-40"]').waitFor();
    expect(await page.locator('[data-node]').count()).toBe(40);
    expect(await part.inputValue()).toBe('phase-1');
    await page.locator('.graph-pane:focus').waitFor();
    await page.locator('[data-node="task-41"]').press('Enter');
    await page.waitForURL('**task=task-41');
    // A task that is opened elsewhere brings its phase, and the list goes anywhere.
    await page.locator('[data-edit-task="task-3"] .opener').click();
    await expect.poll(() => part.inputValue()).toBe('phase-0');
    await part.selectOption({ label: 'The phases' });
    await page.locator('[data-node="phase-39"]').waitFor({ state: 'attached' });
    await page.close();
  });
});
