/** A plan from its first word to its last commit, in the dashboard alone: Claude is a scripted server, all else is real. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanAnswer } from '../../src/core/generation-answer.ts';
import { task as drafted } from '../engine/planner/generating.ts';
import { answers, reply, says, text, toolUse, type Reply } from '../support/messages-reply.ts';
import { scriptedMessages, type MessagesRequest, type MessagesServer } from '../support/messages-server.ts';
import { createRepository, type Repository } from '../support/repository.ts';
import { expectSound, hasBrowser, Serving, TestBrowser } from './dashboard.ts';
import { FINGER, MOUSE } from './hand.ts';

const fileOf = (id: string): string => `src/${id}.ts`;
const moduleOf = (id: string): string => `export const ${id} = {};\n`;
const phase = (title: string, ...ids: readonly string[]): PlanAnswer['phases'][number] => ({
  title,
  description: '',
  executionMode: 'sequential',
  pauseAfter: false,
  tasks: ids.map((id) => drafted(id, id === 'form' ? { dependsOn: ['route'] } : {})),
});
const DRAFT: PlanAnswer = {
  description: 'People are **greeted** by their names.',
  phases: [phase('Backend', 'model', 'route', 'styles'), phase('Frontend', 'form'), phase('Release', 'notes')],
};
const REVIEW = {
  assessment: 'Nearly ready.',
  suggestions: [
    {
      type: 'modify_task',
      reasoning: 'It says nothing of an empty name.',
      task: 'form',
      title: null,
      description: 'Refuse an empty name.',
      files: null,
      dependsOn: null,
    },
    { type: 'break_down_task', reasoning: 'Two parts.', task: 'notes', parts: [drafted('history'), drafted('mail')] },
  ],
};

/** The file in the end: what was edited is all that differs from the draft, beside what the run has ticked. */
const DONE = `---
status: completed
createdBy: claude
---

# Greet people

People are **greeted** by their names.

## Backend

\`\`\`yaml
pauseAfter: true
\`\`\`

${done('the user model', 'model')}
${done('route')}
## Frontend

\`\`\`yaml
executionMode: parallel
\`\`\`

${done('styles')}
${done('form', 'form', 'dependsOn: [route]', 'Refuse an empty name.')}
## Release

\`\`\`yaml
executionMode: manual
\`\`\`

${done('notes')}`;

function done(title: string, id = title, more = '', description = `Write \`${id}\`.\n\n  - [ ] It is there.`): string {
  const keys = [`id: ${id}`, more, `files: [${fileOf(id)}]`].filter((key) => key !== '');
  return `- [x] Write ${title}\n\n  \`\`\`yaml\n${keys.map((key) => `  ${key}\n`).join('')}  \`\`\`\n\n  ${description}\n`;
}

const COMMITS = [
  'generate the plan',
  'edit the plan',
  'review: 2 suggestions',
  'apply: Change description of "Write form"',
  'dismiss: Break "Write notes" down into 2 tasks',
  'marked as ready',
  'started',
  'Write the user model',
  'Write route',
  'resumed',
  'Write form',
  'Write styles',
  'paused: manual approval required',
  'approved: Write notes',
  'resumed',
  'Write notes',
];

/** What a scripted Claude answers, and how far it may go: each of its answers stands still until the test has let it go on. */
class Script {
  readonly #steps = new Map<string, PromiseWithResolvers<void>>();

  /** Lets it go on with this. */
  go(name: string): void {
    this.#step(name).resolve();
  }

  readonly answer = ({ body }: MessagesRequest): Reply => {
    const schema = JSON.stringify(body.output_config?.format?.schema ?? null);
    const first = JSON.stringify(body.messages?.[0]?.content ?? '');
    if (schema.includes('"assessment"')) return { ...answers(REVIEW), ...this.#until('review', 8) };
    if (schema.includes('"phases"')) {
      if (body.messages?.length === 1) return reply([text('I look at the repository.'), toolUse('glob', { pattern: '**/*' })]);
      return { ...answers(DRAFT), ...this.#until('plan', 20) };
    }
    const [, id = 'none'] = /# Task: Write (?:the )?(?:user )?([a-z]+)/.exec(first) ?? [];
    const call = toolUse('write', { file_path: fileOf(id), content: moduleOf(id) });
    if (body.messages?.length === 1) return reply([text('I write it.'), call]);
    return { ...says(`Now ${id} is there, as the task has it.`), ...this.#until(id, 3) };
  };

  #until(name: string, before: number) {
    return { wait: { before, until: this.#step(name).promise } };
  }

  #step(name: string): PromiseWithResolvers<void> {
    const known = this.#steps.get(name) ?? Promise.withResolvers<void>();
    this.#steps.set(name, known);
    return known;
  }
}

describe.skipIf(!hasBrowser)('the whole of a plan', () => {
  const browser = new TestBrowser();
  let repository: Repository;
  let claude: MessagesServer;
  let serving: Serving;
  let script: Script;

  beforeEach(async () => {
    script = new Script();
    claude = await scriptedMessages(script.answer);
    repository = await createRepository({ 'README.md': '# Greet\n' });
    serving = new Serving([repository], claude.environment);
    await serving.start();
  });

  afterEach(async () => {
    await serving.kill();
    await claude[Symbol.asyncDispose]();
    await repository.dispose();
  });

  afterAll(() => browser.close());

  const region = (page: Page, name: string) => page.getByRole('region', { name });
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const tab = (page: Page, name: string) => page.getByRole('navigation', { name: 'Pages of this plan' }).getByRole('link', { name });
  const toast = (page: Page, hasText: string) => page.locator('.toast', { hasText }).waitFor();
  const step = (page: Page, id: string, status: string) => page.locator(`[data-step="${id}"][data-status="${status}"]`).waitFor();

  it.each([
    ['by a mouse at a desk', MOUSE],
    ['by a finger on a phone', FINGER],
  ])('is written, edited, reviewed, carried out and approved %s', async (_how, { size, press, carry }) => {
    const page = await browser.open(serving.url, size);

    // Written by Claude, while one looks on.
    await press(page.getByRole('link', { name: 'New plan' }));
    await page.getByLabel('Title').fill('Greet people');
    await page.getByLabel('What is wanted').fill('By their names.');
    await press(button(page, 'Generate'));
    await region(page, 'Claude at work').getByText('I look at the repository.').waitFor();
    await region(page, 'Claude at work').locator('.written', { hasText: 'Write model' }).waitFor();
    await expectSound(browser, page);
    script.go('plan');

    // Edited: words, order, how each phase is done.
    await page.waitForURL('**/plans/*:greet-people/edit');
    await press(page.locator('[data-edit-task="model"] .opener'));
    await page.getByRole('group', { name: 'Task Write model' }).getByLabel('Title').fill('Write the user model');
    await carry(button(page, 'Move Write styles'), page.locator('[data-edit-task="form"]'));
    await press(button(page, 'Backend'));
    await page.getByRole('checkbox', { name: 'Pause after this phase' }).check();
    for (const [name, mode] of [
      ['Frontend', 'parallel'],
      ['Release', 'manual'],
    ] as const) {
      await press(button(page, name));
      await page
        .getByRole('group', { name: `Phase ${name}` })
        .getByLabel('Tasks are done')
        .selectOption(mode);
    }
    await press(button(page, 'Save'));
    await toast(page, 'Saved as');

    // Reviewed: one suggestion is taken, one is not.
    await press(tab(page, 'Review'));
    await press(button(page, 'Review with Claude'));
    await region(page, 'Claude at work').waitFor();
    script.go('review');
    const card = (words: string) => page.locator('[data-suggestion]', { hasText: words });
    await press(card('It says nothing of an empty name.').getByRole('button', { name: 'Accept' }));
    await toast(page, '1 suggestion accepted');
    await press(card('Two parts.').getByRole('button', { name: 'Dismiss' }));
    await page.getByRole('heading', { name: 'No suggestions wait' }).waitFor();
    await press(tab(page, 'Edit'));
    await press(button(page, 'Markdown'));
    await expect.poll(() => page.getByRole('textbox', { name: 'Markdown' }).inputValue()).toContain('Refuse an empty name.');
    await press(button(page, 'Mark as ready'));
    await toast(page, 'Marked as ready');

    // Carried out: a pause after the first phase, two tasks side by side, an approval.
    await press(page.locator('[data-action]', { hasText: 'Execute' }));
    await page.locator('[data-panel="model"]').getByText('write src/model.ts', { exact: true }).waitFor();
    // What it is saying is there before it has said it.
    await page.locator('[data-panel="model"] .is-now', { hasText: 'Now model' }).waitFor();
    await expectSound(browser, page);
    for (const id of ['model', 'route']) script.go(id);
    const pause = region(page, 'Paused');
    await pause.getByText('src/model.ts').waitFor();
    await pause.getByText('Write styles, Write form').waitFor();
    await press(pause.getByRole('link', { name: 'Review changes' }));
    await page.locator('.patch-file', { hasText: 'src/route.ts' }).waitFor();
    // On a phone they are below the box, and are brought up.
    await expect
      .poll(() => page.locator('.run .switch').evaluate((element) => element.getBoundingClientRect().top / window.innerHeight))
      .toBeLessThan(0.7);
    await press(pause.getByRole('button', { name: 'Continue' }));
    await page.locator('[data-panel="styles"]').getByText('write src/styles.ts', { exact: true }).waitFor();
    await page.locator('[data-panel="form"]').getByText('write src/form.ts', { exact: true }).waitFor();
    script.go('form');
    await step(page, 'form', 'completed');
    script.go('styles');
    const approval = region(page, 'A task waits for approval');
    await approval.waitFor();
    await step(page, 'styles', 'completed');
    await press(approval.getByRole('button', { name: 'Execute task' }));
    script.go('notes');
    await region(page, 'Completed').waitFor();
    await step(page, 'notes', 'completed');
    await expectSound(browser, page);
    // Each pause has ended a run: the first is looked at again.
    await page.getByRole('combobox', { name: 'Run' }).selectOption({ index: 2 });
    await press(page.getByRole('link', { name: 'Changes' }));
    await page.locator('.patch-file', { hasText: 'src/model.ts' }).waitFor();
    expect(await page.locator('.patch-file', { hasText: 'src/notes.ts' }).count()).toBe(0);

    // The page says so from the file on, which is committed then.
    await expect.poll(() => repository.status()).toEqual([]);
    expect(claude.refusals).toEqual([]);
    expect(await repository.read('plans/greet-people.plan.md')).toBe(DONE);
    expect(repository.log().toReversed()).toEqual(['first', ...COMMITS.map((subject) => `greet-people: ${subject}`)]);
    expect(await repository.read('src/notes.ts')).toBe(moduleOf('notes'));
  });
});
