import { describe, expect, it } from 'vitest';
import { fixture, importOne, outline } from './importing.ts';

describe('spec-kit', () => {
  it.each(['\n', '\r\n'])('keeps ids, ticks, marks and dependencies, and names what it does not keep (%j)', (eol) => {
    const plan = importOne('specs/001-greeter/tasks.md', fixture('spec-kit.md').replaceAll('\n', eol));
    expect([plan.format, plan.named]).toEqual(['spec-kit', 'Greeter']);
    expect(outline(plan)).toEqual([
      '## Phase 1: Setup (parallel)',
      't001 [x] Create the project',
      't002 [x] Add a linter <- t001',
      't003 [ ] Add a test runner in `package.json`, as the others have it <- t001',
      '## Phase 2: User Story 1 - Greet (Priority: P1) 🎯 MVP (parallel)',
      't004 [ ] [US1] Test the greeting in `test/greet.ts`',
      't005 [ ] [US1] Test the farewell',
      't006 [ ] [US1] Write `src/greet.ts` (depends on T004, T001–T003) <- t004 t001 t002 t003 t005',
      't007 [-] [US1] Speak aloud <- t006',
      't008 [-] [US1] ~~Sing~~ <- t007',
      't008a [ ] [US1] Whisper (depends on T012) <- t008',
      't006-2 [ ] [US1] Used twice <- t008a',
      '## Phase 3: Polish (sequential)',
      't1000 [ ] Write the README, not dependent on T001 <- t006 t006-2',
      'sc-1-is-met [ ] SC-1 is met',
      't1001 [ ] Begun',
    ]);
    expect(plan.plan.phases[1]?.tasks[2]?.description).toBe('- [ ] says hello\n- [x] says goodbye');
    expect(plan.text).toContain('\n### Implementation\n');
    expect(plan.text).toContain('\n**Checkpoint**: It greets.\n');
    expect(plan.losses.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '1 is metadata of another tool',
      '2 is metadata of another tool',
      '3 is metadata of another tool',
      '51 is a box without text',
      '52 has the mark [~], and is open here',
      '59 is a box in a code block, and stays text',
      '63 is a box in a comment, and stays text',
      '42 depends on T012, which was left out: there is no T012 here',
    ]);
  });

  it('keeps the parallel mark of a task that stands alone', () => {
    const { plan } = importOne('tasks.md', '## Phase 1: A\n\n- [ ] T001 [P] a\n- [ ] T002 b\n- [ ] T003 c depends on T002\n');
    expect(plan.phases[0]?.tasks.map(({ canRunInParallel }) => canRunInParallel)).toEqual([true, undefined, undefined]);
    expect(plan.phases[0]?.tasks[2]?.dependsOn).toEqual(['t002']);
  });
});

describe('Kiro', () => {
  it('makes phases of tasks with parts, and keeps what is optional', () => {
    const plan = importOne('.kiro/specs/search/tasks.md', fixture('kiro.md'));
    expect([plan.format, plan.named]).toEqual(['kiro', 'Search']);
    expect(outline(plan)).toEqual([
      '## 1. Set up the index (sequential)',
      '1.1 [x] Create `index.ts`',
      '1.2 [ ] Write property tests',
      '## 2. Checkpoint - it builds (sequential)',
      '2 [ ] Checkpoint - it builds',
      '## 3. Queries (sequential)',
      '3.1 [x] Parse a query',
      '3.2 [ ] Rank, which depends on 3.1 <- 3.1',
      '## Tasks 4 to 5 (sequential)',
      '4 [ ] Ship it',
      '5 [ ] Say so',
    ]);
    expect(plan.text).toContain('x-optional: true');
    expect(plan.plan.phases[2]).toMatchObject({ description: '- Words and phrases' });
    expect(plan.plan.phases[2]?.tasks[0]?.description).toBe('- [ ] 3.1.1 quotes');
    expect(plan.losses.map(({ line, why }) => `${line} ${why}`)).toEqual([
      '9 is ticked while "1.2" within it is open: a phase has no box of its own',
      '16 has the mark [-], and is open here',
    ]);
  });

  it('reads the flat variant', () => {
    const plan = importOne('tasks.md', fixture('kiro-flat.md'));
    expect([plan.format, plan.named]).toEqual(['kiro', null]);
    expect(outline(plan)).toEqual(['## 1. 基盤 (parallel)', '1.1 [x] 設定', '1.2 [ ] 型 <- 1.1', '## 2. 公開 (sequential)', '2 [ ] 公開']);
  });
});

describe('OpenSpec', () => {
  it('takes every box for a task that its own tool takes for one', () => {
    const plan = importOne('openspec/changes/add-x/tasks.md', fixture('openspec.md'));
    expect([plan.format, plan.named]).toEqual(['openspec', null]);
    expect(outline(plan)).toEqual([
      '## 1. Part A — extraction (#12) (sequential)',
      '1.1 [x] Add a helper `extract(lines)`',
      '1.2 [ ] Use it everywhere; depends on 1.1 <- 1.1',
      '1.3 [ ] Begun',
      'plan-6-no-blank-after-the-box [x] （Plan#6）no blank after the box',
      '## 2. Verify (sequential)',
      'run-all-tests [ ] Run all tests',
      '2.2 [ ] Look at it',
    ]);
    expect(plan.plan.phases[0]?.tasks[1]?.description).toBe('1. [ ] in the parser');
  });

  it('reads on where a first rule is never closed', () => {
    expect(outline(importOne('openspec/changes/x/tasks.md', '---\n## 1. A\n- [x] 1.1 one\n'))).toEqual([
      '## 1. A (sequential)',
      '1.1 [x] one',
    ]);
  });
});

describe('ralphex and superpowers', () => {
  it('makes a task of each "Task N", with its steps in it', () => {
    const text =
      '# Plan: Greeter\n\nWhy.\n\n## Validation Commands\n- `npm test`\n\n### Task 1: Say it\n- [x] write\n- [X] test\n\n### Task 2: Shout it\n\n**Files:** `a.ts`\n\n- [ ] **Step 1: louder** `[ ]`\n\n```md\n### Task 9: no\n```\n\nDepends on Task 1.\n\n## Checklist\n- [ ] all green\n';
    const plan = importOne('docs/plans/greet.md', text);
    expect([plan.format, plan.named]).toEqual(['ralphex', 'Greeter']);
    expect(outline(plan)).toEqual(['##  (sequential)', 'task-1 [x] Say it', 'task-2 [ ] Shout it <- task-1', 'checklist [ ] Checklist']);
    expect(plan.plan.description).toContain('- `npm test`');
    expect(plan.plan.phases[0]?.tasks[1]?.description).toContain('- [ ] **Step 1: louder** `[ ]`');
    expect(plan.losses).toEqual([]);
  });
});
