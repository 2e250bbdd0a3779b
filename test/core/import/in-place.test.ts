import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, setPlanFields, setTaskFields, setTaskStatus } from '../../../src/core/edit.ts';
import { detectFormat } from '../../../src/core/import/formats.ts';
import { readInPlace, writeInPlace, type InPlaceReading } from '../../../src/core/import/in-place.ts';
import { parsePlan } from '../../../src/core/parse.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { runs } from '../../support/runs.ts';
import { fixture } from './importing.ts';

function open(path: string, source: string) {
  const list = { planId: 'x', path, format: detectFormat({ path, text: source }) };
  const reading = readInPlace(list, source, null);
  if ('message' in reading) throw new Error(reading.message);
  return { list, reading };
}

const tasksOf = (plan: Plan) => plan.phases.flatMap(({ tasks }) => tasks);

/** The plan with some statuses set. */
function edited({ text, plan }: InPlaceReading, ids: readonly string[], status: 'completed' | 'pending' | 'failed'): Plan {
  let current = text;
  for (const id of ids) {
    const edit = setTaskStatus(current, parsePlan(current, plan.id).plan, id, { status, attempts: 2, error: 'why' });
    if ('edits' in edit) current = applyEdits(current, edit.edits);
  }
  return parsePlan(current, plan.id).plan;
}

describe.each([
  ['specs/001-x/tasks.md', 'spec-kit.md'],
  ['.kiro/specs/x/tasks.md', 'kiro.md'],
  ['.kiro/specs/x/tasks.md', 'kiro-flat.md'],
  ['openspec/changes/x/tasks.md', 'openspec.md'],
])('%s (%s)', (path, name) => {
  it.each(['\n', '\r\n'])('a tick changes one box, and nothing else (%j)', (eol) => {
    const source = `\uFEFF${fixture(name).replaceAll('\n', eol).trimEnd()}`;
    const { list, reading } = open(path, source);
    const pending = tasksOf(reading.plan).filter(({ status }) => status === 'pending');
    fc.assert(
      fc.property(fc.subarray(pending.map(({ id }) => id)), (ids) => {
        const written = writeInPlace(list, source, reading.plan, edited(reading, ids, 'completed'));
        if (typeof written !== 'string') throw new Error(written.refused);
        expect(written.replaceAll(/\[[^\]]?\]/g, '[]')).toBe(source.replaceAll(/\[[^\]]?\]/g, '[]'));
        expect((written.match(/\[[xX]\]/g) ?? []).length).toBe((source.match(/\[[xX]\]/g) ?? []).length + ids.length);
        const again = readInPlace(list, written, reading.plan);
        if ('message' in again) throw new Error(again.message);
        expect(tasksOf(again.plan).filter(({ status }) => status === 'completed').length).toBe(
          tasksOf(reading.plan).filter(({ status }) => status === 'completed').length + ids.length,
        );
      }),
      runs(3),
    );
  });
});

const SOURCE = '# Tasks: T\n\n- [ ] T001 a\n- [X] T002 b\n- [-] T003 c\n';

describe('what the list has no place for', () => {
  it('is carried from one reading to the next, and not written', () => {
    const { list, reading } = open('specs/001-x/tasks.md', SOURCE);
    const failed = edited(reading, ['t001'], 'failed');
    expect(writeInPlace(list, SOURCE, reading.plan, failed)).toBe(SOURCE);
    const next = readInPlace(list, SOURCE.replace(' a\n', ' a, better\n'), failed);
    expect('plan' in next && tasksOf(next.plan)[0]).toMatchObject({ title: 'a, better', status: 'failed', attempts: 2, error: 'why' });
    const done = readInPlace(list, SOURCE.replace('[ ]', '[x]'), failed);
    expect('plan' in done && [done.plan.status, tasksOf(done.plan)[0]?.status]).toEqual(['completed', 'completed']);
  });

  it('is the status of the plan too: it runs until all is done', () => {
    const { reading } = open('specs/001-x/tasks.md', SOURCE);
    expect(reading.plan.status).toBe('running');
    const paused = setPlanFields(reading.text, reading.plan, { status: 'paused' });
    const plan = parsePlan('edits' in paused ? applyEdits(reading.text, paused.edits) : '', 'x').plan;
    const next = readInPlace(open('specs/001-x/tasks.md', SOURCE).list, `${SOURCE}\nMore.\n`, plan);
    expect('plan' in next && next.plan.status).toBe('paused');
  });

  it('is refused where it would be half done: another text, another dependency', () => {
    const { list, reading } = open('specs/001-x/tasks.md', SOURCE);
    const edit = setTaskFields(reading.text, reading.plan, 't001', { dependsOn: ['t002'] });
    const after = parsePlan('edits' in edit ? applyEdits(reading.text, edit.edits) : '', 'x').plan;
    expect(writeInPlace(list, SOURCE, reading.plan, after)).toMatchObject({
      refused: expect.stringContaining('only its boxes are written') as string,
    });
  });

  it('ticks as the list does, and puts a skipped box back', () => {
    const { list, reading } = open('specs/001-x/tasks.md', SOURCE);
    expect(writeInPlace(list, SOURCE, reading.plan, edited(reading, ['t001'], 'completed'))).toBe(SOURCE.replace('[ ]', '[X]'));
    const ticked = SOURCE.replace('[-]', '[X]');
    const now = readInPlace(list, ticked, reading.plan);
    expect('plan' in now && writeInPlace(list, ticked, now.plan, reading.plan)).toBe(SOURCE);
  });
});
