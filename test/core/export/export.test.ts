import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { githubScript } from '../../../src/core/export/github.ts';
import { markdownText } from '../../../src/core/export/markdown.ts';
import { mermaidText } from '../../../src/core/export/mermaid.ts';
import { specKitText } from '../../../src/core/export/spec-kit.ts';
import { formatPlan } from '../../../src/core/format.ts';
import { assemble } from '../../../src/core/import/assemble.ts';
import { readSpecKit } from '../../../src/core/import/spec-kit.ts';
import { checkPlan } from '../../../src/core/lint.ts';
import { runs } from '../../support/runs.ts';

const TEXT = `# Greet & "meet"

Why.

## Write

- [x] Say \`hello\`

  Aloud.

- [ ] Say "bye"; <b>now</b>

  \`\`\`yaml
  id: bye
  dependsOn: [say-hello]
  \`\`\`

  - [ ] twice

Between.

- [ ] Don't stop

  \`\`\`yaml
  dependsOn: [bye]
  status: skipped
  \`\`\`
`;
const { plan } = checkPlan(TEXT, 'greet');

it('Markdown: a plain list in the order in which it was typed', () => {
  expect(markdownText(TEXT, plan)).toMatchInlineSnapshot(`
    "# Greet & "meet"

    Why.

    ## Write

    - [x] Say \`hello\`

      Aloud.

    - [ ] Say "bye"; <b>now</b>

      After: Say \`hello\`

      - [ ] twice

    Between.

    - [ ] ~~Don't stop~~

      After: Say "bye"; <b>now</b>
    "
  `);
});

it('Mermaid: subgraphs, classes and arrows, and text that means nothing there', () => {
  expect(mermaidText(plan)).toMatchInlineSnapshot(`
    "flowchart LR
      subgraph p1["Write"]
        t1["Say #96;hello#96;"]:::completed
        t2["Say #34;bye#34;#59; #60;b#62;now#60;/b#62;"]:::pending
        t3["Don#39;t stop"]:::skipped
      end
      t1 --> t2
      t2 --> t3
      classDef pending fill:#f6f8fa,stroke:#8c959f,color:#24292f
      classDef completed fill:#dafbe1,stroke:#1a7f37,color:#24292f
      classDef failed fill:#ffebe9,stroke:#cf222e,color:#24292f
      classDef skipped fill:#f6f8fa,stroke:#8c959f,color:#57606a,stroke-dasharray:4
    "
  `);
});

describe('GitHub', () => {
  it('makes an issue of each open task, with those that it waits for', () => {
    expect(githubScript(plan)).toMatchInlineSnapshot(`
      "#!/bin/sh
      # Greet & "meet": one issue for each open task. Read it, then run it in the repository: sh issues.sh
      set -eu

      # Write
      # completed: Say \`hello\`
      issue_1=$(gh issue create --title='Say "bye"; <b>now</b>' --body='- [ ] twice

      Phase: Write
      Plan: Greet & "meet" (greet/bye)')
      printf '%s\\n' "$issue_1"
      # skipped: Don't stop
      "
    `);
  });

  it('hands gh exactly what stands in the plan, whatever that is', () => {
    const nasty = fc
      .array(fc.constantFrom("'", '"', '$(touch pwned)', '`id`', '\\', '$HOME', '\n', '; ls', '-x', '!', '#', 'word', '\u2028', '%s'), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(nasty, nasty, (title, description) => {
        const formatted = formatPlan({ title: 'T', phases: [{ title: 'P', tasks: [{ title, description }] }] });
        if ('refused' in formatted) return;
        const [task] = checkPlan(formatted.text, 'x').plan.phases[0]?.tasks ?? [];
        const script = githubScript(checkPlan(formatted.text, 'x').plan);
        const said = execFileSync('sh', ['-c', `gh() { printf '%s\\n' "$3" "$4"; }\n${script}`], { encoding: 'utf8', env: {} });
        expect(said.startsWith(`--title=${task?.title.replaceAll('\u2028', ' ').trim()}\n--body=${task?.description ?? ''}`)).toBe(true);
      }),
      runs(20),
    );
  });
});

const importText = (text: string) => {
  const assembled = assemble(readSpecKit({ path: 'specs/001-x/tasks.md', text }), { id: 'x', title: 'Greeter', known: null });
  if ('refused' in assembled) throw new Error(assembled.refused);
  return assembled;
};

describe('spec-kit', () => {
  it('an imported list comes out with its ids, ticks, marks and text, and reads the same again', () => {
    const first = importText(readFileSync(join(import.meta.dirname, '../../fixtures/import/spec-kit.md'), 'utf8'));
    const text = specKitText(first.text, first.plan);
    for (const line of [
      '# Tasks: Greeter',
      '- [x] T001 Create the project',
      '- [x] T002 [P] Add a linter',
      '- [ ] T006 [US1] Write `src/greet.ts` (depends on T004, T001–T003)',
      '  - [x] says goodbye',
      '- [-] T007 [US1] Speak aloud',
      '- [ ] T1000 Write the README, not dependent on T001',
      '- [ ] SC-1 is met',
      '### Implementation',
      '**Checkpoint**: It greets.',
    ])
      expect(text.split('\n')).toContain(line);
    const again = importText(text);
    expect(specKitText(again.text, again.plan)).toBe(text);
    const facts = ({ plan }: typeof first) =>
      plan.phases.map(({ title, tasks }) => [
        title,
        tasks.map(({ id, title, status, description, canRunInParallel }) => ({ id, title, status, description, canRunInParallel })),
      ]);
    expect(facts(again)).toEqual(facts(first));
  });

  it('numbers the tasks of a plan that has no ids from there, and says what runs in parallel and what waits', () => {
    const text = '# G\n\n## P\n\n```yaml\nexecutionMode: parallel\n```\n\n- [ ] a\n- [ ] b\n\n  ```yaml\n  dependsOn: [a]\n  ```\n';
    expect(specKitText(text, checkPlan(text, 'g').plan)).toBe(
      '# Tasks: G\n\n## P\n\n- [ ] T001 [P] a\n- [ ] T002 [P] b (depends on T001)\n',
    );
  });
});
