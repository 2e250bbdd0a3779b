import { describe, expect, it } from 'vitest';
import { importAll, importOne, outline } from './importing.ts';

const planFile = (id: string, more: string) =>
  `---\nphase: 06-ui\nplan: ${id}\ntype: execute\nwave: ${Number(id)}\n${more}must_haves:\n  truths: ["it works"]\n---\n\n<objective>\nBuild part ${id}. More words.\n</objective>\n\n<tasks>\n\n<task type="auto">\n  <name>Task 1: Do ${id}</name>\n  <files>a.ts</files>\n  <action>\nWrite it:\n\`\`\`ts\nx\n\`\`\`\n  </action>\n  <verify>it runs</verify>\n</task>\n\n<task type="checkpoint:human-verify" gate="blocking">\n  <what-built>a page</what-built>\n  <how-to-verify>look</how-to-verify>\n</task>\n\n</tasks>\n\n<success_criteria>\n- [ ] all good\n</success_criteria>\n`;

const task = (id: string, more: string, body = '') =>
  `---\nid: ${id}\ntitle: 'Do ${id}'\nassignee: []\ncreated_date: '2026-01-01'\n${more}---\n\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nWhy ${id}.\n<!-- SECTION:DESCRIPTION:END -->\n\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [x] #1 one\n- [ ] #2 two\n<!-- AC:END -->\n${body}`;

describe('GSD', () => {
  it('makes a phase of each plan, done where its summary stands beside it', () => {
    const folder = '.planning/phases/06-ui';
    const plan = importAll([
      { path: `${folder}/06-02-PLAN.md`, text: planFile('02', 'depends_on: [01]\n') },
      { path: `${folder}/06-01-PLAN.md`, text: planFile('01', 'depends_on: []\n') },
      { path: `${folder}/06-01-SUMMARY.md`, text: '' },
    ]);
    expect(outline(plan)).toEqual([
      '## 06-01: Build part 01 (sequential)',
      'do-01 [x] Do 01',
      'checkpoint-human-verify [x] Checkpoint human verify',
      '## 06-02: Build part 02 (sequential)',
      'do-02 [ ] Do 02',
      'checkpoint-human-verify-2 [ ] Checkpoint human verify',
    ]);
    expect(plan.plan.phases[1]?.tasks.map(({ assignee }) => assignee)).toEqual([undefined, 'human']);
    expect(plan.plan.phases[1]?.tasks[0]?.description).toContain('**Action**\n\nWrite it:\n```ts\nx\n```');
    expect(plan.losses.filter(({ why }) => why.includes('plain bullet'))).toHaveLength(2);
  });
});

describe('Backlog.md', () => {
  it('makes one plan of a folder, with parts under their task', () => {
    const plan = importAll([
      {
        path: 'backlog/tasks/back-3 - Do.md',
        text: task('BACK-3', 'status: To Do\ndependencies:\n  - BACK-10\nonStatusChange: rm -rf x\n'),
      },
      { path: 'backlog/tasks/back-10 - Do.md', text: task('BACK-10', 'status: In Progress\npriority: high\nlabels: [a, b]\n') },
      { path: 'backlog/tasks/back-2 - Do.md', text: task('BACK-2', 'status: Done\n') },
      { path: 'backlog/tasks/back-2.1 - Do.md', text: task('BACK-2.1', 'status: Done\nparent_task_id: BACK-2\n') },
      { path: 'backlog/tasks/task-4-Old-file.md', text: '# Task 4: Old file\n\n**Status**: Completed\n\n```\n- [ ] sample\n```\n' },
    ]);
    expect(outline(plan)).toEqual([
      '## Do BACK-2 (sequential)',
      'back-2.1 [x] Do BACK-2.1',
      'back-2 [x] Do BACK-2',
      '## Tasks (sequential)',
      'back-10 [ ] Do BACK-10',
      'back-3 [ ] Do BACK-3 <- back-10',
      'task-4 [x] Old file',
    ]);
    expect(plan.plan.phases[1]?.tasks[0]?.description).toBe('Why BACK-10.\n\n## Acceptance Criteria\n- [x] #1 one\n- [ ] #2 two');
    expect(plan.text).toContain('x-priority: high');
    const whys = plan.losses.map(({ text, why }) => `${why}: ${text}`);
    expect(whys).toContain('is metadata of another tool: onStatusChange: rm -rf x');
    expect(whys).toContain('has the status "In Progress", and is open here: status: In Progress');
    expect(whys).toContain('is a box in a code block, and stays text: - [ ] sample');
    expect(plan.text).not.toContain('rm -rf');
  });

  it('reads a file whose closing rule has lost its line ending', () => {
    const text = task('BACK-46', 'status: Done\n').replace('---\n\n## Description', '---## Description');
    expect(outline(importOne('backlog/tasks/back-46 - X.md', text))).toEqual(['##  (sequential)', 'back-46 [x] Do BACK-46']);
  });
});

describe('Task Master', () => {
  const tasks = [
    { id: 2, title: 'Later', status: 'in-progress', dependencies: [1], priority: 'high', details: 'How.', metadata: { githubIssue: 42 } },
    {
      id: 1,
      title: 'Base',
      description: '# Why',
      status: 'done',
      dependencies: [],
      subtasks: [
        { id: 2, title: 'B', status: 'pending', dependencies: [1] },
        { id: 1, title: 'A', status: 'done', dependencies: [] },
      ],
    },
    { id: 3, title: 'Dropped', status: 'cancelled', dependencies: [2, 9] },
  ];

  it.each([
    ['tags', { master: { tasks, metadata: {} } }],
    ['one list', { tasks }],
  ])('reads %s', (_, value) => {
    const plan = importOne('tasks.json', JSON.stringify(value));
    expect(plan.format).toBe('task-master');
    expect(outline(plan)).toEqual([
      '## 1. Base (sequential)',
      '1.1 [x] A',
      '1.2 [ ] B <- 1.1',
      '## Tasks (sequential)',
      '2 [ ] Later',
      '3 [-] Dropped <- 2',
    ]);
    expect(plan.losses.map(({ path = '', why }) => `${path.replace('master.', '')} ${why}`)).toEqual([
      'tasks[0] has the status "in-progress", and is open here',
      'tasks[0].metadata "metadata" is metadata of another tool',
      'tasks[1] is done while "1.2" within it is open: a phase has no status of its own',
      'tasks[2] depends on 9, which was left out: there is no 9 here',
    ]);
  });

  it('keeps the lists of several tags apart', () => {
    const list = { tasks: [{ id: 1, title: 'One', status: 'pending', dependencies: [] }] };
    expect(outline(importOne('tasks.json', JSON.stringify({ master: list, next: list })))).toEqual([
      '## master: Tasks (sequential)',
      'master-1 [ ] One',
      '## next: Tasks (sequential)',
      'next-1 [ ] One',
    ]);
  });
});

describe('beads', () => {
  it('makes phases of epics, and orders by what blocks', () => {
    const lines = [
      {
        id: 'bd-a',
        title: 'Late',
        status: 'open',
        priority: 1,
        dependencies: [{ issue_id: 'bd-a', depends_on_id: 'bd-b', type: 'blocks' }],
      },
      { id: 'bd-b', title: 'Early', status: 'closed', created_at: 'x', labels: ['q'] },
      { id: 'bd-e', title: 'Epic', status: 'open', issue_type: 'epic', description: '## Big' },
      {
        id: 'bd-c',
        title: 'Child',
        status: 'blocked',
        dependencies: [
          { depends_on_id: 'bd-e', type: 'parent-child' },
          { depends_on_id: 'bd-a', type: 'related' },
        ],
      },
    ];
    const plan = importOne('.beads/issues.jsonl', `${lines.map((line) => JSON.stringify(line)).join('\n')}\nbroken\n`);
    expect(outline(plan)).toEqual([
      '## Issues (sequential)',
      'bd-b [x] Early',
      'bd-a [ ] Late <- bd-b',
      '## Epic (sequential)',
      'bd-c [ ] Child',
    ]);
    expect(plan.plan.phases[1]?.description).toBe('### Big');
    expect(plan.losses.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '2 "created_at" is metadata of another tool',
      '4 has the status "blocked", and is open here',
      '4 its link "related" to bd-a decides nothing here',
      '5 is no issue: a line is one JSON object with an id and a title',
    ]);
  });
});
