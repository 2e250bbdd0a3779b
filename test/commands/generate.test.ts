import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PublishedPlannerEvent } from '../../src/core/event.ts';
import { answers, fails, says, uses } from '../support/messages-reply.ts';
import { scriptedMessages, type MessagesServer, type Turn } from '../support/messages-server.ts';
import { world } from './world.ts';

const FILE = 'plans/greet.plan.md';
const TASK = { description: 'Write it.', acceptanceCriteria: ['It is there.'], dependsOn: [], assignee: 'agent' };
const answer = (...ids: string[]) =>
  answers({
    description: 'People are greeted.',
    phases: [
      {
        title: 'Write',
        description: 'In order.',
        executionMode: 'sequential',
        pauseAfter: true,
        tasks: ids.map((id) => ({ title: `Write ${id}`, id, ...TASK, files: [`src/${id}.ts`] })),
      },
    ],
  });

let here: ReturnType<typeof world>;
let server: MessagesServer;
beforeEach(() => {
  here = world();
  here.write('README.md', 'x\n');
  here.commit();
});
afterEach(async () => {
  here.remove();
  await server?.[Symbol.asyncDispose]();
});

async function generate(turns: readonly Turn[], words: readonly string[] = [], extra: Parameters<typeof here.plans>[1] = {}) {
  server = await scriptedMessages(turns);
  return here.plans(['generate', 'Greet', ...words], { ...extra, env: { ...server.environment, ...extra.env } });
}
const asked = (index = 0): string => JSON.stringify(server.requests[index]?.body.messages);
const left = (): string => `${here.git('status', '--porcelain')}${here.git('log', '--format=%s')}`;

describe('the draft', () => {
  it('is told of as it comes, with its cost, and what to do next', async () => {
    const { code, out } = await generate([uses('tree', {}), uses('read', { path: 'README.md' }), answer('hello')]);
    expect(code).toBe(0);
    expect(out).toBe(`Planning Greet  claude-sonnet-5-5
  tree
  read README.md
  drafted: 1 phase with 1 task
✔ ${FILE}
  a draft of 1 phase with 1 task, commit ${here.git('rev-parse', '--short=7', 'HEAD').trim()}
  Cost: <$0.01, 3,000 tokens read (0 from the cache), 300 written.
Read it, edit it, then: plans ready greet && plans run greet
`);
    expect((await here.plans(['lint'])).code).toBe(0);
    expect(JSON.parse((await here.plans(['show', 'greet', '--json'])).out)).toMatchObject({
      plan: { status: 'draft', createdBy: 'claude', iterations: [{ iterationType: 'generation', changedBy: 'claude' }] },
    });
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['in words', ['--description', 'In two languages.'], undefined],
    ['in a file', ['--file', 'wish.md'], undefined],
    ['through a pipe', [], 'In two languages.'],
    ['through a pipe, said so', ['--file', '-'], 'In two languages.'],
  ])('is what was wanted: %s', async (_name, words, input) => {
    here.write('wish.md', 'In two languages.\n');
    expect(await generate([answer('hello')], words, input === undefined ? {} : { input })).toMatchObject({ code: 0 });
    expect(asked()).toContain('In two languages.');
  });

  it('is one line an event for programs', async () => {
    const { code, out } = await generate([uses('tree', {}), answer('hello')], ['--json', '--model', 'claude-opus-5-5', '--slug', 'hi']);
    expect(code).toBe(0);
    const events = out
      .trim()
      .split('\n')
      .map((line) => PublishedPlannerEvent.parse(JSON.parse(line)));
    expect(events[0]).toMatchObject({ seq: 1, plan: 'hi', event: { type: 'planner-started', model: 'claude-opus-5-5' } });
    expect(events.at(-1)?.event).toMatchObject({
      type: 'plan-generated',
      file: 'plans/hi.plan.md',
      tasks: 1,
      usage: { inputTokens: 2_000 },
    });
  });

  it('is quietly one line where that is wanted', async () => {
    const { out } = await generate([uses('tree', {}), answer('hello')], ['--quiet']);
    expect(out).toMatch(/^✔ .*\n {2}a draft of .*\n {2}Cost: .*\n$/);
  });
});

describe('where no plan comes of it', () => {
  it('the reason, the cost and nothing else', async () => {
    const bad = says('Sure!');
    const { code, out } = await generate([bad, bad, bad]);
    expect(code).toBe(1);
    expect(out).toContain('  Claude is asked to mend this:\n  · The answer is no JSON: it begins "Sure!".\n');
    expect(out).toContain('✘ Claude’s answer makes no plan, after 3 tries. Nothing was written.\n');
    expect(out.trimEnd().split('\n').at(-1)).toBe('  Cost: <$0.01, 3,000 tokens read (0 from the cache), 300 written.');
    expect(left()).toBe('x\n');
  });

  it.each<[string, Turn, number, string]>([
    ['the key', fails(401), 2, 'refused the key of ANTHROPIC_API_KEY'],
    ['the model', says('No.', { stopReason: 'refusal' }), 1, 'Claude refused this'],
    ['the rate', fails(429, { headers: { 'retry-after': '7200' } }), 2, 'It can be asked again from 20'],
  ])('it is because of %s', async (_name, turn, code, message) => {
    const result = await generate([uses('tree', {}), turn]);
    expect(result.code).toBe(code);
    expect(result.out.replaceAll(/\n {2}/g, ' ')).toContain(message);
    expect(result.out).toContain('Cost: <$0.01, ');
    expect(left()).toBe('x\n');
  });

  it.each<[string, readonly string[], object, number, string]>([
    ['there is no key', [], { env: { ANTHROPIC_API_KEY: '' } }, 2, "There is no key to Claude's API: set ANTHROPIC_API_KEY"],
    ['twice said', ['--file', 'a', '--description', 'b'], {}, 2, '--description and --file cannot both be given'],
    ['no file', ['--file', 'nothing.md'], {}, 2, 'nothing.md cannot be read: there is no such file. --file takes'],
    ['no terminal', ['--interactive'], {}, 2, '--interactive needs a terminal'],
    [
      'a pipe for a terminal',
      ['--interactive'],
      { input: 'x' },
      2,
      '--interactive asks at the terminal, and standard input is a pipe here.',
    ],
    ['no slug', ['--slug', 'A B'], {}, 2, '"A B" cannot be a slug'],
    ['the plan is there', ['--slug', 'there'], {}, 1, 'plans/there.plan.md exists already and was not touched.'],
  ])('before anything is spent: %s', async (_name, words, extra, code, message) => {
    here.write('plans/there.plan.md', '# There\n\n- [ ] x\n');
    here.commit('there');
    const result = await generate([], words, extra);
    expect(result).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
    expect(server.requests).toEqual([]);
  });

  it('what was not answered has cost nothing', async () => {
    expect((await generate([fails(401)])).out.trimEnd().split('\n').at(-1)).toBe('  Nothing was spent.');
  });

  it('Ctrl-C stops it at once, and nothing is left', async () => {
    const { promise: forever } = Promise.withResolvers<void>();
    const slow = { ...answer('hello'), wait: { before: 3, until: forever } };
    const interrupting = (): typeof slow => {
      here.interrupt();
      return slow;
    };
    const { code, out } = await generate([uses('tree', {}), interrupting]);
    expect(code).toBe(1);
    expect(out).toContain('✘ It was stopped.\n  Cost: ');
    expect(left()).toBe('x\n');
  });
});

describe('--interactive', () => {
  it('shows the plan, takes remarks, and lands what was accepted', async () => {
    const replies = [answer('hello'), answer('hello', 'bye')];
    const { code, out } = await generate(replies, ['--interactive'], { answer: ['', 'v', 'Say goodbye too.', 'a'] });
    expect(code).toBe(0);
    expect(out).toContain('Greet\nPeople are greeted.\n\nWrite  pauses after\n  In order.\n  ○ Write hello  hello\n      src/hello.ts\n');
    expect(out).toContain('a accept · v view all · q give up · or say what to change (<$0.01 so far)\n');
    expect(out).toContain('- [ ] Write hello\n\n  ```yaml\n  id: hello\n');
    expect(out).toContain('  ○ Write bye  bye\n');
    expect(asked(1)).toContain('Say goodbye too.');
    expect(here.read(FILE)).toContain('id: bye');
  });

  it('gives it up', async () => {
    const { code, out } = await generate([answer('hello')], ['--interactive'], { answer: 'q' });
    expect(code).toBe(0);
    expect(out).toContain('✘ The plan was given up; nothing was written.\n  Cost: <$0.01, 1,000 tokens');
    expect(left()).toBe('x\n');
    expect(existsSync(join(here.root, 'plans'))).toBe(false);
  });

  it('keeps the plan where a remark leads to nothing', async () => {
    const { code, out } = await generate([answer('hello'), fails(401)], ['--interactive'], { answer: ['More.', 'a'] });
    expect(code).toBe(0);
    expect(out).toContain("That led to nothing: Claude's API refused the key");
    expect(here.read(FILE)).toContain('id: hello');
  });
});

describe('--dry-run', () => {
  it('prints what Claude would be told, without a key', async () => {
    const env = { ANTHROPIC_API_KEY: '' };
    const { code, out } = await generate([], ['--dry-run', '--description', 'In two languages.'], { env });
    expect(code).toBe(0);
    expect(out).toContain('You write the plan for a change of a software repository.');
    expect(out).toContain('In two languages.');
    expect(out).toContain('claude-sonnet-5-5 would be told this');
    expect(JSON.parse((await here.plans(['generate', 'Greet', '--dry-run', '--json'], { env })).out)).toMatchObject({
      id: 'greet',
      file: FILE,
    });
    expect([server.requests, left()]).toEqual([[], 'x\n']);
  });
});
