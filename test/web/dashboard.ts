/** The dashboard in a real browser, over a real `plans serve` on real repositories. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { scriptedMessages } from '../support/messages-server.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { hasBrowser, launchChromium } from './chromium.ts';
import { Serving } from './serving.ts';

export { hasBrowser } from './chromium.ts';
export { Serving } from './serving.ts';

if (!hasBrowser) process.stderr.write('test/web is skipped: there is no Chromium. Install it, or name it in PLANS_CHROMIUM.\n');

/** What a page comes to is waited for as long as anything else: the machine may have much to do. */
const PATIENCE_MS = 90_000;

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 360, height: 740 };

/** A server that is away on purpose is no defect of the page, nor is a refusal that a test provokes, nor a plan that is gone. */
function isProvoked(message: ConsoleMessage): boolean {
  const text = message.text();
  if (/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|status of (?:409|412|422)/.test(text))
    return true;
  return /status of 404/.test(text) && new URL(message.location().url).pathname.startsWith('/api/plans/');
}

/** A browser for the tests of one file, with a profile of its own. */
export class TestBrowser {
  #browser: Browser | null = null;
  readonly #profile = mkdtempSync(join(tmpdir(), 'plans-browser-'));
  readonly #complaints = new WeakMap<Page, string[]>();

  async open(url: string, size: { width: number; height: number } = DESKTOP, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    this.#browser ??= await launchChromium(this.#profile);
    const phone = size === PHONE ? { hasTouch: true, isMobile: true } : {};
    const view = { viewport: size, colorScheme: scheme, ...phone };
    const context = await this.#browser.newContext({ ...view, reducedMotion: 'reduce', locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    this.#complaints.set(page, complaints);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isProvoked(message)) complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  /** What the page has printed as errors so far. */
  complaintsOf(page: Page): readonly string[] {
    return this.#complaints.get(page) ?? [];
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What the tests of a page are given. */
interface Given {
  readonly repository: Repository;
  readonly serving: Serving;
}

interface Around {
  readonly env?: Readonly<Record<string, string>>;
  /** What Claude answers, where it is asked. */
  readonly claude?: Parameters<typeof scriptedMessages>[0];
}

/** A browser, and a server over a repository whose files `files` gives for its folder: the same for all tests of a `describe`. */
export function browserOver(
  files: (root: string) => Readonly<Record<string, string>>,
  use: (given: Given) => void,
  { env = {}, claude: script = [] }: Around = {},
): TestBrowser {
  const browser = new TestBrowser();
  let given: Given;
  let claude: Awaited<ReturnType<typeof scriptedMessages>>;
  beforeAll(async () => {
    claude = await scriptedMessages(script);
    const repository = await createRepository();
    await repository.commit('plans', files(repository.root));
    given = { repository, serving: new Serving([repository], { ...claude.environment, ...env }) };
    await given.serving.start();
    use(given);
  });
  afterAll(async () => {
    await browser.close();
    await given.serving.kill();
    await claude[Symbol.asyncDispose]();
    await given.repository.dispose();
  });
  return browser;
}

/** What every page must hold: axe finds nothing serious, nothing scrolls sideways at 360 px, nothing was complained about. */
export async function expectSound(browser: TestBrowser, page: Page): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP;
  for (const size of [DESKTOP, PHONE]) {
    await page.setViewportSize(size);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${page.url()} scrolls sideways at ${size.width} px`).toBe(0);
    // Through the debugger: the page's own policy lets no script in.
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }).axe;
      interface Violation {
        impact: string;
        id: string;
        nodes: { html: string; failureSummary: string }[];
      }
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    });
    expect(found, page.url()).toEqual([]);
  }
  await page.setViewportSize(before);
  expect(browser.complaintsOf(page), page.url()).toEqual([]);
}
