/** Random edits of a random plan: the diff finds exactly those, whatever the order in which they were made. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/core/diff-record.ts';
import { diffPlan, type ReadVersion } from '../../src/core/diff.ts';
import { checkPlan } from '../../src/core/lint.ts';
import { runs } from '../support/runs.ts';

const read = (text: string): ReadVersion => ({ file: 'plans/p.plan.md', text, ...checkPlan(text, 'p') });

const VOCABULARY =
  'amber bishop cactus dolphin ember falcon glacier harvest indigo jungle kettle lantern marble nectar orchid pumpkin quartz raven saddle timber umbrella violin walnut xylem yonder zephyr anchor blanket cobweb drizzle eclipse furnace goblet hammock igloo jasmine kimono lobster mustard nugget octopus pebble quiver rhubarb sponge trumpet uplift velvet whisper yogurt zigzag almanac button cymbal dagger'.split(
    ' ',
  );
const WORDS_EACH = 4;

interface Model {
  readonly uid: number;
  readonly pinned: boolean;
  title: string;
  text: string;
  done: boolean;
  run: string;
  files: string;
}

type PhaseModel = { readonly name: string; tasks: Model[] };

const words = (uid: number): string[] => VOCABULARY.slice(uid * WORDS_EACH, (uid + 1) * WORDS_EACH);

const model = (uid: number, pinned: boolean): Model => ({
  uid,
  pinned,
  title: words(uid).join(' '),
  text: `About ${words(uid)[0]}.`,
  done: false,
  run: '',
  files: '',
});

const idOf = (task: Model): string => (task.pinned ? `t${task.uid}` : task.title.replaceAll(' ', '-'));

function item(task: Model): string {
  const yaml = [
    ...(task.pinned ? [`id: t${task.uid}`] : []),
    ...(task.run === '' ? [] : [`run: ${task.run}`]),
    ...(task.files === '' ? [] : [`files: [${task.files}]`]),
  ];
  const block = yaml.length === 0 ? '' : `  \`\`\`yaml\n${yaml.map((line) => `  ${line}\n`).join('')}  \`\`\`\n\n`;
  return `- [${task.done ? 'x' : ' '}] ${task.title}\n\n${block}  ${task.text}\n\n`;
}

function textOf(phases: readonly PhaseModel[]): string {
  return `# Plan\n\n${phases.map(({ name, tasks }) => `## ${name}\n\n${tasks.map(item).join('')}`).join('')}`;
}

const edit = fc.record({
  type: fc.constantFrom('remove', 'add', 'move', 'rename', 'reword', 'tick', 'run', 'files'),
  task: fc.nat(20),
  phase: fc.nat(1),
  to: fc.nat(6),
  pinned: fc.boolean(),
});

/** As many as must have moved among those that stayed in a phase: by trying all, not by the code's own way. */
function fewestMoved(order: readonly number[]): number {
  const lengths: number[] = [];
  for (const [at, place] of order.entries())
    lengths.push(1 + Math.max(0, ...lengths.filter((_, before) => before < at && (order[before] ?? 0) < place)));
  return order.length - Math.max(0, ...lengths);
}

test('exactly the edits are found', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 9 }), fc.array(edit, { maxLength: 7 }), (pins, edits) => {
      const before: PhaseModel[] = [
        { name: 'First', tasks: [] },
        { name: 'Second', tasks: [] },
      ];
      for (const [uid, pinned] of pins.entries()) before[uid % 2]?.tasks.push(model(uid, pinned));
      const after = structuredClone(before);
      let fresh = pins.length;
      for (const { type, task, phase, to, pinned } of edits) {
        const home = after.find(({ tasks }) => tasks.length > task % 5) ?? after[0];
        const at = task % Math.max(1, home?.tasks.length ?? 1);
        const one = home?.tasks[at];
        const other = after[phase];
        if (home === undefined || other === undefined) continue;
        if (type === 'add' && fresh < VOCABULARY.length / WORDS_EACH - 1) other.tasks.splice(to, 0, model(fresh++, pinned));
        if (one === undefined) continue;
        if (type === 'remove') home.tasks.splice(at, 1);
        // A task without an id of its own that gets another title and another phase is another task.
        if (type === 'move' && (one.pinned || home === other || one.title === words(one.uid).join(' '))) {
          home.tasks.splice(at, 1);
          other.tasks.splice(to, 0, one);
        }
        const stays = before.find(({ name }) => name === home.name)?.tasks.some(({ uid }) => uid === one.uid) === true;
        if (type === 'rename' && (one.pinned || stays)) one.title = [...words(one.uid).slice(0, 3), 'dagger'].join(' ');
        if (type === 'reword') one.text = `${one.text} More.`;
        if (type === 'tick') one.done = !one.done;
        if (type === 'run') one.run = `make-${to}`;
        if (type === 'files') one.files = `src-${to}`;
      }
      check(before, after);
    }),
    runs(150),
  );
});

function check(before: readonly PhaseModel[], after: readonly PhaseModel[]): void {
  const { changes } = diffPlan(read(textOf(before)), read(textOf(after)));
  const all = (phases: readonly PhaseModel[]) =>
    new Map(phases.flatMap(({ name, tasks }) => tasks.map((task, at) => [task.uid, { task, name, at }] as const)));
  const [old, now] = [all(before), all(after)];
  const expected: string[] = [];
  for (const [uid, { task }] of now) {
    const was = old.get(uid)?.task;
    const say = (type: string, differs: boolean) => differs && expected.push(`${type} ${idOf(task)}`);
    if (was === undefined) {
      say('added', true);
      continue;
    }
    say('renamed', was.title !== task.title);
    say('reworded', was.text !== task.text);
    say('status', was.done !== task.done);
    say('run', was.run !== task.run);
    say('files', was.files !== task.files);
  }
  for (const [uid, { task }] of old) if (!now.has(uid)) expected.push(`removed ${idOf(task)}`);
  const found = changes.flatMap((change: Change): string[] => {
    if (change.type === 'moved') return [];
    return change.type === 'changed' ? change.fields.map(({ field }) => `${field} ${change.id}`) : [`${change.type} ${change.id}`];
  });
  expect(found.toSorted()).toEqual(expected.toSorted());

  const moved = new Set(changes.flatMap((change) => (change.type === 'moved' ? [change.id] : [])));
  for (const { name, tasks } of after) {
    const known = tasks.filter(({ uid }) => old.has(uid));
    const stayed = known.filter(({ uid }) => old.get(uid)?.name === name);
    const places = (list: readonly Model[]) => list.map(({ uid }) => old.get(uid)?.at ?? 0);
    expect(known.filter((task) => !stayed.includes(task)).every((task) => moved.has(idOf(task)))).toBe(true);
    expect(fewestMoved(places(stayed.filter((task) => !moved.has(idOf(task)))))).toBe(0);
    expect(stayed.filter((task) => moved.has(idOf(task)))).toHaveLength(fewestMoved(places(stayed)));
  }
}
