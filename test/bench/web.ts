/** The dashboard in Chromium: its first load on a slow line, a plan of 1,000 tasks under a person's hands, and a save until it is on the page. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, launchChromium } from '../web/chromium.ts';
import { Serving } from '../web/serving.ts';
import { fixed, median, plansOf, repositoryOf, spread, temporaryFolder } from './measure.ts';

/** See there what it measures. */
const STOPWATCH = { path: join(import.meta.dirname, 'page.js') };
const LOADS = 5;
const KEYS = 40;
const FRAMES = 300;
const SAVES = 120;
/** As Chromium's own tools have it: a phone of some years ago on a slow 4G line. Bytes a second, milliseconds for each request. */
const SLOW = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };
const CPU_SLOWDOWN = 4;
/** After what is shown nothing more is expected to keep the page busy. Milliseconds. */
const QUIET_MS = 1_500;
const AIMS = { scriptKb: 150, interactiveMs: 5_000, frameMs: 33.4, keyMs: 50, saveMs: 100 } as const;

export async function benchWeb(): Promise<void> {
  if (!hasBrowser) return console.log('the dashboard: left out, there is no Chromium. Install it, or name it in PLANS_CHROMIUM.');
  const large = plansOf(1, 1_000, 50)['plans/plan-0.plan.md'] ?? '';
  const root = repositoryOf(20, { ...plansOf(10, 30), 'plans/large.plan.md': large });
  const serving = new Serving([{ root }]);
  await serving.start();
  const browser = await launchChromium(temporaryFolder());
  try {
    await benchFirstLoad(browser, serving.url);
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.addInitScript(STOPWATCH);
    await benchLarge(page, `${serving.url}/plans/large`);
    await benchSaves(page, join(root, 'plans/large.plan.md'), large);
  } finally {
    await browser.close();
    await serving.kill();
  }
}

interface Loaded {
  readonly scriptBytes: number;
  readonly interactiveMs: number;
}

async function benchFirstLoad(browser: Browser, url: string): Promise<void> {
  const { plans } = (await (await fetch(`${url}/api/plans?q=plan-3`)).json()) as { plans: { id: string }[] };
  const [plan] = plans;
  for (const [what, path, shown] of [
    ['the plans', '/', '.plan-card'],
    ['a plan of 30 tasks', `/plans/${plan?.id}`, '[data-task]'],
  ] as const) {
    const loads: Loaded[] = [];
    for (let round = 0; round < LOADS; round += 1) loads.push(await firstLoad(browser, url + path, shown));
    const kb = median(loads.map(({ scriptBytes }) => scriptBytes)) / 1_000;
    const ms = median(loads.map(({ interactiveMs }) => interactiveMs));
    line(`first load of ${what}, compressed script`, `${fixed(kb)} kB`, `aim ≤ ${AIMS.scriptKb} kB`, kb <= AIMS.scriptKb);
    line(
      `the same until it can be used, slow 4G, processor ÷ ${CPU_SLOWDOWN}`,
      `${fixed(ms)} ms`,
      `aim ≤ ${AIMS.interactiveMs} ms`,
      ms <= AIMS.interactiveMs,
    );
  }
}

/** Nothing is kept from before. What can be used: what is looked for is shown, and no long task follows. */
async function firstLoad(browser: Browser, url: string, shown: string): Promise<Loaded> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW);
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  const scripts = new Set<string>();
  let scriptBytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scriptBytes += encodedDataLength;
  });
  await page.addInitScript(STOPWATCH);
  await page.addInitScript(`stopwatch.watchFor('${shown}')`);
  await page.goto(url);
  await page.locator(shown).first().waitFor();
  await delay(QUIET_MS);
  const interactiveMs: number = await page.evaluate(`Math.max(stopwatch.seen['${shown}'], stopwatch.busyUntil)`);
  await context.close();
  return { scriptBytes, interactiveMs };
}

async function benchLarge(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForURL('**/plans/*:large');
  const plan = page.url();
  for (const [what, path, shown] of [
    ['the document', '', '[data-task]'],
    ['the editor', '/edit', '[data-edit-task]'],
    ['the execution page', '/run', '[data-step]'],
  ] as const) {
    await page.goto(plan + path);
    await page.locator(shown).first().waitFor();
    await delay(QUIET_MS);
    told(`frames while ${what} of 1,000 tasks scrolls`, await page.evaluate(`stopwatch.frames(${FRAMES})`), AIMS.frameMs);
  }
  await page.goto(`${plan}/edit?task=t500`);
  const form = page.getByRole('group', { name: /^Task Task 500/ });
  await form.getByLabel('Title').focus();
  told('a key in a field of its editor until it is shown', await delaysOf(page, KEYS, (key) => String(key % 10)), AIMS.keyMs);
  await page.locator('[data-grip="task:t500"]').focus();
  await page.keyboard.press('Space');
  told('a task moved by a key', await delaysOf(page, KEYS, () => 'ArrowDown'), AIMS.keyMs);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Markdown' }).click();
  await page.getByRole('textbox', { name: 'Markdown' }).focus();
  told('a key in its Markdown', await delaysOf(page, KEYS, (key) => String(key % 10)), AIMS.keyMs);
  await page.evaluate('sessionStorage.clear()');
}

async function delaysOf(page: Page, count: number, keyOf: (index: number) => string): Promise<readonly number[]> {
  await page.evaluate('stopwatch.keys = []');
  for (let index = 0; index < count; index += 1) {
    await page.keyboard.press(keyOf(index));
    await delay(40);
  }
  return page.evaluate('stopwatch.keys');
}

/** From the return of the write, by the clock of the system, which both processes have. */
async function benchSaves(page: Page, file: string, text: string): Promise<void> {
  const plan = new URL(page.url()).pathname.replace(/\/edit$/, '');
  await page.goto(new URL(plan, page.url()).href);
  await page.locator('[data-task="t1"]').waitFor();
  await delay(QUIET_MS);
  await page.evaluate(`stopwatch.listen('[data-task="t1"] .title')`);
  const [events, shown]: [number[], number[]] = [[], []];
  for (let number = 0; number < SAVES; number += 1) {
    await delay(50);
    writeFileSync(file, text.replace('Task 1 of', `Task 1 as of ${number}`));
    const saved = performance.timeOrigin + performance.now();
    const [event, change] = await page.evaluate<[number, number]>(`stopwatch.after(${number + 1})`);
    events.push(event - saved);
    shown.push(change - saved);
  }
  const [event, change] = [spread(events), spread(shown)];
  line(
    'a save of that plan to its event in the browser, median / p99',
    `${fixed(event.median)} / ${fixed(event.p99)} ms`,
    `aim ≤ ${AIMS.saveMs} ms`,
    event.median <= AIMS.saveMs,
  );
  line('the same until it is on the page', `${fixed(change.median)} / ${fixed(change.p99)} ms`, '', true);
}

function told(what: string, values: readonly number[], aim: number): void {
  const { median: middle, p95 } = spread(values);
  line(`${what}, median / p95`, `${fixed(middle)} / ${fixed(p95)} ms`, `aim ≤ ${aim} ms`, p95 <= aim);
}

function line(what: string, found: string, aim: string, holds: boolean): void {
  console.log(`${what.padEnd(58)} ${found.padStart(16)}  ${aim}${aim === '' ? '' : holds ? '  ok' : '  OVER'}`);
}

if (import.meta.main) await benchWeb();
