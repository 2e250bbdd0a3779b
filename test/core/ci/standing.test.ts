import { describe, expect, it } from 'vitest';
import { hasWork, planBranch, planOfBranch, standingOf, type PlanVersion, type StandingFacts } from '../../../src/core/ci/standing.ts';
import { checkPlan } from '../../../src/core/lint.ts';

const version = (status: string, more: Partial<PlanVersion> & { readonly done?: boolean } = {}): PlanVersion => {
  const text = `---\nstatus: ${status}\n---\n\n# Tips\n\n## Work\n\n- [${more.done === true ? 'x' : ' '}] Tip\n- [ ] Split\n`;
  return { plan: checkPlan(text, 'tips').plan, valid: true, content: status, resetsAt: null, ...more };
};
const facts = (given: Partial<StandingFacts>): StandingFacts => ({
  base: version('ready'),
  branch: null,
  isEdited: false,
  executed: new Set(),
  now: '2026-11-22T12:00:00Z',
  isNamed: false,
  ...given,
});
const from = (given: Partial<StandingFacts>) => {
  const standing = standingOf(facts(given));
  return standing.type === 'run' ? standing.from : standing.type === 'wait' ? standing.because : null;
};

describe('a plan is executed', () => {
  it('once for what it says', () => {
    expect(from({})).toBe('base');
    expect(from({ executed: new Set(['ready']) })).toBe('It was executed as it stands. Edit it, or start it by name.');
    expect(from({ executed: new Set(['ready']), base: version('ready', { content: 'edited' }) })).toBe('base');
    expect(from({ executed: new Set(['ready']), isNamed: true })).toBe('base');
  });

  it.each<readonly [string, string | null, string | null]>([
    ['draft', null, 'It is a draft. Mark it ready: plans ready tips'],
    ['running', 'Somebody runs it elsewhere: it says so itself.', 'base'],
    ['paused', 'It is paused, and waits for a person.', 'base'],
    [
      'failed',
      'It was given up. To go on with it, set its status to ready.',
      'It was given up. To go on with it, set its status to ready.',
    ],
    ['completed', 'It was completed, and has open tasks again. To do them, set its status to ready.', 'base'],
  ])('where it is %s: %j, and %j where a person names it', (status, because, named) => {
    expect(from({ base: version(status) })).toBe(because);
    expect(from({ base: version(status), isNamed: true })).toBe(named);
  });

  it('not with errors, not under any name', () => {
    expect(from({ base: version('ready', { valid: false }) })).toBe('It has errors: plans lint tips');
    expect(from({ base: version('draft', { valid: false }) })).toBeNull();
    const base = version('ready');
    expect(from({ base: { ...base, plan: { ...base.plan, id: 'a..b' } } })).toBe('Its name cannot be that of a branch. Rename the file.');
    expect(from({ base: null, branch: version('ready') })).toBeNull();
    expect(from({ base: null, isNamed: true })).toContain('There is no such plan');
  });

  it('on from its branch, where that says so', () => {
    expect(from({ branch: version('paused', { done: true }) })).toBe('It is paused, and waits for a person.');
    expect(from({ branch: version('ready', { done: true, content: 'c1' }) })).toBe('branch');
    expect(from({ branch: version('running', { done: true, content: 'c1' }) })).toBe('branch');
    expect(from({ branch: version('ready', { done: true, content: 'c1' }), executed: new Set(['c1']) })).toContain('It was executed');
  });

  it('not where it was edited beside a branch with work on it; anew where the branch has none', () => {
    expect(from({ branch: version('paused', { done: true }), isEdited: true })).toContain('Bring that up to date');
    expect(from({ branch: version('paused'), isEdited: true })).toBe('base');
    expect(from({ branch: version('paused') })).toBe('It is paused, and waits for a person.');
    // Merged by a squash: the base has all that the branch has.
    expect(from({ base: version('ready', { done: true }), branch: version('completed', { done: true }), isEdited: true })).toBe('base');
  });

  it('once a rate limit has reset', () => {
    expect(from({ branch: version('paused', { resetsAt: '2026-11-22T11:00:00Z' }) })).toBe('branch');
    expect(from({ branch: version('paused', { resetsAt: '2026-11-22T13:00:00Z' }) })).toBe(
      'It waits for a rate limit that resets at 2026-11-22T13:00:00Z.',
    );
  });
});

describe('the branch of a plan', () => {
  it.each(['tips', 'v2.0_final', 'Größe', '計画', 'a'])('%s has one', (name) => {
    expect(planBranch(name)).toBe(`plans/${name}`);
    expect(planOfBranch(`plans/${name}`)).toBe(name);
  });
  it.each([
    '',
    '-x',
    'a..b',
    'a.lock',
    'a b',
    '$(id)',
    '`id`',
    'a;b',
    'a/b',
    '@{u}',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    '[a',
    'a\\b',
    '.a',
    'a.',
    '::set-output',
    'x'.repeat(81),
  ])('%j has none', (name) => {
    expect(planBranch(name)).toBeNull();
    expect(planOfBranch(`plans/${name}`)).toBeNull();
  });
  it('is no other', () => expect(['main', 'feature/plans/x', 'plansx'].map(planOfBranch)).toEqual([null, null, null]));
});

it('knows work that the base has not', () => {
  expect(hasWork(version('paused', { done: true }).plan, version('ready').plan)).toBe(true);
  expect(hasWork(version('paused', { done: true }).plan, version('ready', { done: true }).plan)).toBe(false);
  expect(hasWork(version('paused').plan, version('ready').plan)).toBe(false);
});
