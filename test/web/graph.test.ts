import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepository, type Repository } from '../support/repository.ts';
import { expectSound, hasBrowser, PHONE, Serving, TestBrowser } from './dashboard.ts';

/** 4 phases of 40 tasks, the even ones one after the other. */
const PLAN = `# Wide\n${Array.from({ length: 160 }, (_, index) => {
  const after = index % 2 === 0 && index % 40 > 0 ? `\n  \`\`\`yaml\n  dependsOn: [task-${index - 2}]\n  \`\`\`\n` : '';
  return `${index % 40 === 0 ? `\n## Phase ${index / 40}\n\n` : ''}- [ ] Task ${index}\n${after}`;
}).join('')}`;

describe.skipIf(!hasBrowser)('the drawing of a large plan', () => {
  const browser = new TestBrowser();
  let repository: Repository;
  let serving: Serving;

  beforeAll(async () => {
    repository = await createRepository({ 'plans/wide.plan.md': PLAN });
    serving = new Serving([repository]);
    await serving.start();
  });

  afterAll(async () => {
    await browser.close();
    await serving.kill();
    await repository.dispose();
  });

  const open = async (size?: typeof PHONE): Promise<Page> => {
    const page = await browser.open(`${serving.url}/plans/wide/edit?view=graph`, size);
    await page.locator('[data-node="task-0"]').waitFor();
    return page;
  };
  const percent = async (page: Page): Promise<number> => Number.parseInt(await page.getByLabel('Size', { exact: true }).innerText(), 10);
  const scrolled = (page: Page) => page.locator('.graph-pane').evaluate(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop] as const);

  it('goes nearer and farther around what one looks at, shows all of it, and is pulled about', async () => {
    const page = await open();
    const pane = page.locator('.graph-pane');
    const box = await pane.boundingBox();
    if (box === null) throw new Error('no drawing');
    const [x, y] = [box.x + 300, box.y + 250];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 120, y - 90, { steps: 4 });
    await page.mouse.up();
    expect(await scrolled(page)).toEqual([120, 90]);

    const before = await percent(page);
    const place = async (): Promise<number> => {
      const [left] = await scrolled(page);
      return (left + 200) / (await page.locator('.graph-sheet').evaluate((sheet) => sheet.clientWidth));
    };
    const there = await place();
    await page.mouse.move(box.x + 200, y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -250);
    await page.keyboard.up('Control');
    await expect.poll(() => percent(page)).toBeGreaterThan(before);
    expect(await place()).toBeCloseTo(there, 2);
    expect(await page.evaluate(() => window.visualViewport?.scale)).toBe(1);

    await page.getByRole('button', { name: 'Show all' }).click();
    await expect
      .poll(() => pane.evaluate((each) => each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight))
      .toBe(true);
    await page.getByRole('button', { name: 'Nearer' }).click();
    await page.getByRole('button', { name: 'Farther' }).click();
    await expectSound(browser, page);
  });

  it('is walked by keys, from task to task, and shows what each waits for', async () => {
    const page = await open();
    await page.locator('[data-node="task-0"]').focus();
    for (let step = 0; step < 6; step += 1) await page.keyboard.press('ArrowRight');
    const at = page.locator('[data-node]:focus');
    const id = (await at.getAttribute('data-node')) ?? '';
    expect(id).not.toBe('task-0');
    // Where one comes to is seen, and so are its neighbours.
    const [one, all] = [await at.boundingBox(), await page.locator('.graph-pane').boundingBox()];
    expect(one !== null && all !== null && one.x >= all.x - 1 && one.x + one.width <= all.x + all.width + 1).toBe(true);
    const number = Number(id.replace('task-', ''));
    const near = await page.locator('[data-node].is-near').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-node')));
    expect(near).toEqual([`task-${number - 2}`, `task-${number + 2}`]);
    expect(await page.locator('.edge.is-near').count()).toBe(2);
    await page.keyboard.press('0');
    await expect.poll(() => percent(page)).toBeLessThan(50);
    await page.keyboard.press('+');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**task=${id}`);
    await page.getByRole('group', { name: `Task Task ${number}` }).waitFor();
    // One stop for the tab key, and not a hundred and sixty.
    expect(await page.locator('[data-node][tabindex="0"]').count()).toBe(1);
  });

  it('goes nearer with two fingers', async () => {
    const page = await open(PHONE);
    const before = await percent(page);
    const box = await page.locator('.graph-pane').boundingBox();
    if (box === null) throw new Error('no drawing');
    const session = await page.context().newCDPSession(page);
    const [x, y] = [box.x + box.width / 2, box.y + 120];
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [0, 1].map((id) => ({ id, x: x + (id === 0 ? -apart : apart), y })),
      });
    await touch('touchStart', 30);
    for (const apart of [45, 60]) await touch('touchMove', apart);
    await touch('touchEnd', 0);
    await expect.poll(() => percent(page)).toBeGreaterThan(before * 1.5);
    expect(await page.evaluate(() => window.visualViewport?.scale)).toBe(1);
  });
});
