/**
 * The JSON Schemas, made from the zod schemas, and the tables of the format reference, made from both. `npm run
 * schemas` writes them; a test compares them with what stands here.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PullRequestReview } from '../src/core/ci/review-record.ts';
import { AgentProfile, ClaudeConfig, Config, GateConfig, PriceConfig, SCHEMA_URL } from '../src/core/config.ts';
import { PlansDiff } from '../src/core/diff-record.ts';
import { PublishedEvent, PublishedPlannerEvent } from '../src/core/event.ts';
import { PhaseFrontmatter, PlanFrontmatter, TaskFrontmatter } from '../src/core/frontmatter.ts';
import { StateExport } from '../src/core/record.ts';
import { RULES } from '../src/core/rules.ts';
import { PublishedWatchEvent } from '../src/core/watch-event.ts';
import { ReviewFrontmatter, SuggestionFrontmatter } from '../src/core/suggestion.ts';
import { eventTable, keyTable, meaningTable, ruleTable, type ObjectSchema } from './table.ts';
import {
  EVENT_MEANINGS,
  OUTCOME_MEANINGS,
  PAUSE_MEANINGS,
  PLANNER_EVENT_MEANINGS,
  PLANNER_OUTCOME_MEANINGS,
  WATCH_EVENT_MEANINGS,
} from './meaning.ts';

/** `input`: people write it, and keys that begin with `x-` are theirs. `output`: Plans writes it, and keys are only ever added. */
const SOURCES: readonly (readonly [file: string, schema: z.ZodType, io: 'input' | 'output'])[] = [
  ['plan.schema.json', PlanFrontmatter, 'input'],
  ['phase.schema.json', PhaseFrontmatter, 'input'],
  ['task.schema.json', TaskFrontmatter, 'input'],
  ['review.schema.json', ReviewFrontmatter, 'input'],
  ['suggestion.schema.json', SuggestionFrontmatter, 'input'],
  ['config.schema.json', Config, 'input'],
  ['event.schema.json', PublishedEvent, 'output'],
  ['planner-event.schema.json', PublishedPlannerEvent, 'output'],
  ['watch-event.schema.json', PublishedWatchEvent, 'output'],
  ['export.schema.json', StateExport, 'output'],
  ['diff.schema.json', PlansDiff, 'output'],
  ['pull-request-review.schema.json', PullRequestReview, 'output'],
];

/** Every generated file by its name: the schemas, and the format reference with its tables made anew. */
export function generate(folder: string = import.meta.dirname): Map<string, string> {
  const files = new Map(SOURCES.map(([file, schema, io]) => [file, `${JSON.stringify(jsonSchema(file, schema, io), null, 2)}\n`]));
  files.set('README.md', withTables(readFileSync(join(folder, 'README.md'), 'utf8')));
  return files;
}

/** One schema, its own shape at the top rather than behind a reference. */
export function jsonSchema(file: string, schema: z.ZodType, io: 'input' | 'output'): ObjectSchema {
  const whole = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema: part }) {
      if (part.additionalProperties === false) {
        if (io === 'output') delete part.additionalProperties;
        else part.patternProperties = { '^x-': {} };
      }
      // What zod says of every whole number says nothing to a reader.
      if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum;
      if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum;
    },
  });
  const { $schema, $ref, $defs = {}, ...rest } = whole;
  const name = $ref?.replace('#/$defs/', '') ?? '';
  const { [name]: own, ...others } = $defs;
  const { title, description, ...shape } = { ...rest, ...own };
  return {
    $schema,
    $id: `${SCHEMA_URL}/${file}`,
    title,
    description,
    ...shape,
    ...(Object.keys(others).length > 0 ? { $defs: others } : {}),
  } as ObjectSchema;
}

function authored(schema: z.ZodType): ObjectSchema {
  return jsonSchema('', schema, 'input');
}

function tables(): Readonly<Record<string, () => string>> {
  return {
    'plan keys': () => keyTable(authored(PlanFrontmatter)),
    'phase keys': () => keyTable(authored(PhaseFrontmatter)),
    'task keys': () => keyTable(authored(TaskFrontmatter)),
    'review keys': () => keyTable(authored(ReviewFrontmatter)),
    'suggestion keys': () => keyTable(authored(SuggestionFrontmatter)),
    'config keys': () => keyTable(authored(Config)),
    'claude keys': () => keyTable(authored(ClaudeConfig)),
    'commit keys': () => keyTable(authored(Config.shape.commit.unwrap())),
    'gate keys': () => keyTable(authored(GateConfig)),
    'price keys': () => keyTable(authored(PriceConfig)),
    'agent keys': () => keyTable(authored(AgentProfile)),
    rules: () => ruleTable(RULES),
    events: () => eventTable(jsonSchema('', PublishedEvent, 'output'), EVENT_MEANINGS),
    'planner events': () => eventTable(jsonSchema('', PublishedPlannerEvent, 'output'), PLANNER_EVENT_MEANINGS),
    'watch events': () => eventTable(jsonSchema('', PublishedWatchEvent, 'output'), WATCH_EVENT_MEANINGS),
    'planner outcomes': () => meaningTable('outcome', PLANNER_OUTCOME_MEANINGS),
    outcomes: () => meaningTable('outcome', OUTCOME_MEANINGS),
    'pause reasons': () => meaningTable('reason', PAUSE_MEANINGS),
  };
}

function withTables(text: string): string {
  const made = new Set<string>();
  const all = tables();
  const result = text.replaceAll(/<!-- table: ([a-z ]+) -->\n[^]*?<!-- end -->/g, (_block, name: string) => {
    const table = all[name];
    if (table === undefined) throw new Error(`schemas/README.md asks for a table "${name}" that is not made.`);
    made.add(name);
    return `<!-- table: ${name} -->\n\n${table()}\n\n<!-- end -->`;
  });
  const missing = Object.keys(all).filter((name) => !made.has(name));
  if (missing.length > 0) throw new Error(`schemas/README.md has no place for the tables ${missing.join(', ')}.`);
  return result;
}

if (import.meta.main) {
  for (const [file, text] of generate()) writeFileSync(join(import.meta.dirname, file), text);
}
