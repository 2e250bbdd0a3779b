import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PLAN, PLAN_FILE, REVIEW_FILE } from '../engine/planner/reviewing.ts';
import { world } from './world.ts';

let here: ReturnType<typeof world>;
beforeEach(() => {
  here = world();
});
afterEach(() => here.remove());

/** A commit of the plan's text, with trailers. */
function commit(message: string, files: Record<string, string>): string {
  for (const [file, text] of Object.entries(files)) here.write(file, text);
  here.commit(message);
  return here.git('rev-parse', 'HEAD').trim();
}
const EDITED = PLAN.replace('- [ ] Sing', '- [ ] Wave')
  .replace('dependsOn: [goodbye]', 'files: [src/**]')
  .replace('# Greet', '# Greet all');

const trailers = (iteration: string, by: string, more = '') =>
  `\n\nPlan: greet\nPlan-Iteration: ${iteration}\nPlan-Changed-By: ${by}${more}`;

/** Generated, reviewed, refined, edited: one commit each. */
function fourIterations(): string[] {
  const review = `# Review\n\n- [ ] Say it\n\n  \`\`\`yaml\n  id: say-it\n  type: modify_task\n  target: sing\n  \`\`\`\n\n  \`\`\`diff\n  +- [ ] Sing\n  \`\`\`\n`;
  return [
    commit(
      `greet: generate the plan${trailers('generation', 'claude', '\nPlan-Prompt: Greet people%0A%0AIn two languages.\nPlan-Cost-USD: 0.25')}`,
      {
        [PLAN_FILE]: PLAN,
      },
    ),
    commit(`greet: review: 1 suggestion${trailers('review', 'claude', '\nPlan-Cost-USD: 0.1')}`, { [REVIEW_FILE]: review }),
    commit(`greet: apply: Say it${trailers('refine', 'claude')}`, {
      [PLAN_FILE]: `${PLAN}\n  Loud.\n`,
      [REVIEW_FILE]: '# Review\n',
    }),
    commit('mine', { [PLAN_FILE]: EDITED }),
  ];
}

describe('plans history', () => {
  it('is a time line of who changed what, newest first', async () => {
    const [generated, reviewed, refined, edited] = fourIterations().map((id) => id.slice(0, 10));
    const { code, out } = await here.plans(['history', 'greet']);
    expect(code).toBe(0);
    expect(out).toBe(`● now  user_edit  Ada · ${edited}
  mine
    ~ the plan  title
    − Sing  sing
    + Wave  wave

● now  refine  Claude, by Ada · ${refined}
  greet: apply: Say it
    ~ Sing  sing  description

● now  review  Claude, by Ada · ${reviewed} · $0.10
  greet: review: 1 suggestion

● now  generation  Claude, by Ada · ${generated} · $0.25
  greet: generate the plan
  Greet people · In two languages.
    + phase Write
    + Say hello  say-hello
    + Say goodbye  goodbye
    + Sing  sing
`);
  });

  it('shows edits that no commit has, and is there for programs', async () => {
    fourIterations();
    here.write(PLAN_FILE, `${EDITED}\n  Once.\n`);
    expect((await here.plans(['history', 'greet'])).out).toMatch(
      /^○ not committed {2}user_edit\n {4}~ Wave {2}wave {2}description\n\n● now/,
    );
    const json = JSON.parse((await here.plans(['history', PLAN_FILE, '--json'])).out);
    expect(json).toMatchObject({
      version: 1,
      id: 'greet',
      uncommitted: { modified: { tasks: [{ id: 'wave' }] } },
      iterations: [
        { iterationType: 'user_edit', changedBy: 'user', authorName: 'Ada', subject: 'mine', costUsd: null },
        { iterationType: 'refine' },
        { iterationType: 'review', costUsd: 0.1 },
        { iterationType: 'generation', prompt: 'Greet people\n\nIn two languages.' },
      ],
    });
  });

  it('says in full what one iteration changed', async () => {
    const ids = fourIterations();
    const { out } = await here.plans(['history', 'greet', ids[3]?.slice(0, 8) ?? '']);
    expect(out.split('\n').slice(2)).toEqual([
      '',
      '  title: Greet {+all+} people',
      '',
      '  Write',
      '    + Wave  wave',
      '      ⚠ files: [src/**]  what may be touched',
      '    − Sing  sing',
      '',
    ]);
    const refined = await here.plans(['history', 'greet', ids[2] ?? '']);
    expect(refined.out).toContain('    ~ Sing  sing\n      {+Loud.+}\n\n  − suggestion Say it  say-it\n');
    const json = JSON.parse((await here.plans(['history', 'greet', ids[1] ?? '', '--json'])).out);
    expect(json).toMatchObject({ iteration: { id: ids[1] }, diff: null, suggestions: { added: [{ id: 'say-it' }], removed: [] } });
  });

  it('finds what a plan said under another name', async () => {
    fourIterations();
    here.git('mv', PLAN_FILE, 'plans/hello.plan.md');
    here.commit('a better name');
    const { out } = await here.plans(['history', 'hello']);
    expect(out).toContain('  a better name\n  renamed from greet\n');
    expect(out).toContain('greet: generate the plan');
    const [, edit] = JSON.parse((await here.plans(['history', 'hello', '--json'])).out).iterations;
    expect((await here.plans(['history', 'hello', edit.id])).out).toContain('title: Greet {+all+} people');
  });

  it.each<[string, readonly string[], string]>([
    ['a plan that there is not', ['history', 'gret'], 'Did you mean "greet"?'],
    ['an iteration that there is not', ['history', 'greet', 'abcdef12'], 'has no iteration "abcdef12". See them: plans history greet'],
    ['no commit’s name', ['history', 'greet', '--', 'latest'], 'has no iteration "latest"'],
  ])('says what is wrong: %s', async (_, words, message) => {
    fourIterations();
    expect(await here.plans(words)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('tells of a plan that is gone, and of one that no commit has', async () => {
    fourIterations();
    here.git('rm', '-q', PLAN_FILE);
    here.commit('gone');
    expect((await here.plans(['history', 'greet'])).out).toMatch(/^● now {2}user_edit.*\n {2}gone\n {4}− phase Write/);
    here.write('plans/new.plan.md', '# New\n\n- [ ] One\n');
    expect((await here.plans(['history', 'new'])).out).toContain('○ not committed');
    expect((await here.plans(['history', 'greet', here.git('rev-parse', 'HEAD').trim()])).out).toMatch(
      / {2}gone\n\n {2}− the plan is gone\n$/,
    );
  });
});
