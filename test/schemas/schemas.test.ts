import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generate, jsonSchema } from '../../schemas/generate.ts';
import type { AgentJob } from '../../src/adapters/agents/agent.ts';
import { agentNames } from '../../src/adapters/agents/names.ts';
import { jobEnvironment } from '../../src/adapters/agents/session.ts';
import { checkConfig } from '../../src/core/config-check.ts';
import { AgentProfile, Config, GateConfig } from '../../src/core/config.ts';
import { PlannerEvent, PublishedEvent, RunEvent } from '../../src/core/event.ts';
import { PhaseFrontmatter, PlanFrontmatter, TaskFrontmatter } from '../../src/core/frontmatter.ts';
import { parsePlan } from '../../src/core/parse.ts';
import { parseReview } from '../../src/core/review.ts';
import { RULES } from '../../src/core/rules.ts';
import { changeOf } from '../../src/core/suggest-change.ts';
import { ReviewFrontmatter, SuggestionFrontmatter, type Suggestion } from '../../src/core/suggestion.ts';
import { WatchEvent } from '../../src/core/watch-event.ts';
import { trailersOf } from '../../src/core/trailer.ts';

const folder = join(import.meta.dirname, '../../schemas');
const reference = readFileSync(join(folder, 'README.md'), 'utf8');

test.each([...generate()])('%s is current: else run "npm run schemas"', (file, text) => {
  expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
});

/** The text between a heading and the next of its level. */
function section(heading: string): string {
  const start = reference.indexOf(`\n## ${heading}\n`);
  expect(start).toBeGreaterThan(-1);
  const end = reference.indexOf('\n## ', start + 1);
  return reference.slice(start, end === -1 ? undefined : end);
}

describe('the format reference', () => {
  test.each<[string, z.ZodObject]>([
    ['Plan keys', PlanFrontmatter],
    ['Phase keys', PhaseFrontmatter],
    ['Task keys', TaskFrontmatter],
    ['Reviews', ReviewFrontmatter],
    ['Reviews', SuggestionFrontmatter],
    ['The config', Config],
    ['The config', GateConfig],
    ['The config', AgentProfile],
  ])('%s: every key has a row that explains it', (heading, schema) => {
    const rows = section(heading).split('\n');
    for (const key of Object.keys(schema.shape)) {
      const meanings = rows.filter((row) => row.startsWith(`| \`${key}\` |`)).map((row) => row.split(' | ').at(-1) ?? '');
      expect(meanings.length, key).toBeGreaterThan(0);
      for (const meaning of meanings) expect(meaning.length, key).toBeGreaterThan(8);
    }
  });

  test('every rule is there with its severity', () => {
    for (const { name, severity } of RULES) expect(section('Rules')).toContain(`| \`${name}\` | ${severity} |`);
  });

  test.each([
    ['Events', RunEvent.options],
    ['Planner events', PlannerEvent.options],
    ['Watch events', WatchEvent.options],
  ] as const)('%s: every one is there and explained', (heading, options) => {
    const rows = section(heading).split('\n');
    for (const { shape } of options) {
      const row = rows.find((line) => line.startsWith(`| \`${shape.type.value}\` |`));
      expect(row, shape.type.value).toMatch(/\w+\.? \|$/);
      for (const key of Object.keys(shape).filter((name) => name !== 'type')) expect(row).toContain(`\`${key}\``);
    }
  });

  test('every trailer is there', () => {
    const gates = [{ name: 'test', status: 'passed' as const }];
    const task = {
      plan: 'p',
      phase: 'f',
      task: 't',
      attempt: 1,
      maxAttempts: 3,
      agent: 'a',
      session: 's',
      durationMs: 1,
      tokens: 1,
      costUsd: 1,
      gates,
    };
    const written = [
      ...trailersOf(task),
      ...trailersOf({ plan: 'p', event: 'paused', reason: 'requested', task: 't' }),
      ...trailersOf({ plan: 'p', iteration: 'user_edit', changedBy: 'user', prompt: 'x' }),
    ];
    for (const [key] of written) expect(section('Commits')).toContain(`\`${key}\``);
  });

  test('every built-in agent, and every variable that an agent sees, is there', () => {
    for (const name of agentNames({ agents: {} })) expect(section('The config')).toContain(`\`${name}\``);
    const who = { runId: '', planId: '', taskId: '', taskTitle: '', phaseId: '', attempt: 1, maxAttempts: 3 };
    const what = { cwd: '', prompt: '', run: undefined, model: undefined, env: {}, wallTimeoutMs: 1, idleTimeoutMs: 1 };
    const job: AgentJob = { ...who, ...what, maxBudgetUsd: undefined, logFile: '' };
    for (const name of Object.keys(jobEnvironment(job))) expect(section('The config')).toContain(`\`${name}\``);
  });

  const plans = [...reference.matchAll(/(?<!`)````markdown\n([^]*?)````/g)].map(([, text = '']) => text);

  test('its review is a review', () => {
    const [, text = ''] = /`````markdown\n([^]*?)`````/.exec(reference) ?? [];
    const { review, diagnostics } = parseReview(text);
    expect(diagnostics).toEqual([]);
    const version = { text: '', plan: parsePlan('', 'auth').plan };
    expect(changeOf(version, review.suggestions[0] as Suggestion)).toMatchObject({
      task: 'migration',
      description: 'Write `db/001_users.sql` for the columns of `src/models/user.ts`.',
      fields: { files: ['db/**', 'test/db/**'] },
    });
  });

  test('its plans are plans', () => {
    expect(plans).toHaveLength(2);
    const [long = '', short = ''] = plans;
    const { plan, diagnostics } = parsePlan(long, 'auth');
    expect(diagnostics).toEqual([]);
    expect(plan.phases.map(({ tasks }) => tasks.map(({ id }) => id))).toEqual([
      ['user-model', 'migration'],
      ['login', 'logout', 'try-it-on-a-phone'],
    ]);
    expect(parsePlan(short, 'tidy').diagnostics).toEqual([]);
    expect(parsePlan(short, 'tidy').plan.phases).toMatchObject([{ title: '', tasks: [{}, {}] }]);
  });

  test('its config is a config, and every key is in the example', () => {
    const [example = ''] = [...section('The config').matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);
    const value: unknown = parse(example);
    expect(checkConfig(value, [])).toMatchObject({ config: { agent: 'codex' } });
    for (const key of Object.keys(Config.shape).filter((name) => name !== '$schema')) expect(value).toHaveProperty(key);
    expect(z.fromJSONSchema(readSchema('config.schema.json')).safeParse(value).success).toBe(true);
  });

  test('the limits it names are the schemas’', () => {
    expect(jsonSchema('', TaskFrontmatter, 'input').$defs?.['Slug']).toMatchObject({ maxLength: 80 });
    expect(jsonSchema('', TaskFrontmatter, 'input').properties?.['maxAttempts']).toMatchObject({ minimum: 1, maximum: 100 });
    expect(jsonSchema('', PhaseFrontmatter, 'input').properties?.['maxConcurrency']).toMatchObject({ minimum: 1, maximum: 256 });
  });
});

function readSchema(file: string): Parameters<typeof z.fromJSONSchema>[0] {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

describe('the schemas judge as the code does', () => {
  const schema = readSchema('task.schema.json') as { $defs: { Slug: { pattern: string } } };
  // JSON Schema reads patterns as Unicode ones; zod's own reader does not.
  const slug = new RegExp(schema.$defs.Slug.pattern, 'u');
  const task = z.fromJSONSchema({ ...schema, $defs: { ...schema.$defs, Slug: { type: 'string' } } });

  test('slugs', () => {
    for (const right of ['login', '1.10', 'größe', '登录', 'a_b-c']) expect(right).toMatch(slug);
    for (const wrong of ['Login', '-a', '', 'a b', 'a/b']) expect(wrong).not.toMatch(slug);
  });

  test.each<[string, unknown, boolean]>([
    ['a task', { id: 'a', dependsOn: ['b'], timeout: '1h30m', assignee: 'human' }, true],
    ['nothing', {}, true],
    ['a key of one’s own', { 'x-ticket': 12 }, true],
    ['a mistyped key', { dependOn: ['b'] }, false],
    ['a duration without a unit', { timeout: '30' }, false],
    ['a number as an id', { id: 7 }, false],
    ['too many attempts', { maxAttempts: 101 }, false],
  ])('%s', (_name, value, right) => {
    expect(task.safeParse(value).success).toBe(right);
  });

  test('an event of a later version, with a key more, is still an event', () => {
    const schema = z.fromJSONSchema(readSchema('event.schema.json'));
    const event = { schema: 1, seq: 1, at: '2026-11-22T15:00:00.000Z', plan: 'p', run: 'r', event: { type: 'phase-started', phase: 'f' } };
    expect(PublishedEvent.safeParse(event).success).toBe(true);
    expect(schema.safeParse({ ...event, more: 1, event: { ...event.event, more: 1 } }).success).toBe(true);
    expect(schema.safeParse({ ...event, seq: 0 }).success).toBe(false);
  });

  test.each(['plan', 'phase', 'task', 'config', 'event', 'planner-event', 'export'])('%s.schema.json says what it is', (name) => {
    expect(readSchema(`${name}.schema.json`)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `https://unpkg.com/gitplans/schemas/${name}.schema.json`,
      title: expect.stringMatching(/\w/),
      description: expect.stringMatching(/\w/),
      type: 'object',
    });
  });

  test.each(['plan', 'phase', 'task', 'config'])('%s.schema.json explains every key', (name) => {
    const schema = readSchema(`${name}.schema.json`) as { properties: Record<string, object> };
    for (const [key, value] of Object.entries(schema.properties)) expect(value, key).toHaveProperty('description');
  });
});
