import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import type { Repository } from '../support/repository.ts';
import { browserOver, hasBrowser, type Serving } from './dashboard.ts';

/** More than a browser opens connections to one server. */
const TABS = 8;
const plan = (title: string): string => `# ${title}\n\n## First\n\n- [ ] One\n`;

describe.skipIf(!hasBrowser)('tabs of one browser', () => {
  let repository: Repository;
  let serving: Serving;
  const browser = browserOver(
    () => ({ 'plans/auth.plan.md': plan('Add authentication') }),
    (given) => ({ repository, serving } = given),
  );
  const streams = async (): Promise<number> => {
    const ready = (await (await fetch(`${serving.url}/api/ready`)).json()) as { streams: number };
    return ready.streams;
  };
  const showing = (pages: readonly Page[], title: string) =>
    Promise.all(pages.map((page) => page.getByRole('link', { name: title, exact: true }).waitFor()));
  const connected = (pages: readonly Page[], how: 'live' | 'lost') =>
    Promise.all(pages.map((page) => page.locator(`.connection.is-${how}`).waitFor()));

  it('hear through one stream, however many they are, also after the server was gone', async () => {
    const first = await browser.open(serving.url);
    await connected([first], 'live');
    const pages = [first];
    while (pages.length < TABS) {
      const page = await first.context().newPage();
      await page.goto(serving.url);
      pages.push(page);
    }
    await connected(pages, 'live');
    expect(await streams()).toBe(1);
    await repository.write({ 'plans/auth.plan.md': plan('Add passkeys') });
    await showing(pages, 'Add passkeys');

    await serving.kill();
    await connected(pages, 'lost');
    await repository.write({ 'plans/auth.plan.md': plan('Add magic links') });
    await serving.start();
    await connected(pages, 'live');
    await showing(pages, 'Add magic links');

    // One that goes takes nothing from the others, the first neither.
    await first.close();
    await repository.write({ 'plans/auth.plan.md': plan('Add everything') });
    await showing(pages.slice(1), 'Add everything');
    expect(await streams()).toBe(1);
  });

  it('have one each where the browser has no workers that tabs share', async () => {
    const first = await browser.open(serving.url);
    await connected([first], 'live');
    const before = await streams();
    const page = await first.context().newPage();
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
    await page.goto(serving.url);
    await connected([page], 'live');
    await repository.write({ 'plans/auth.plan.md': plan('Add nothing') });
    await showing([page], 'Add nothing');
    expect(await streams()).toBe(before + 1);
  });
});
