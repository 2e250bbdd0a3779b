import { expect, it } from 'vitest';
import { annotationsOf } from '../../../src/core/ci/annotations.ts';
import { sarifOf } from '../../../src/core/ci/sarif.ts';
import { reviewed } from './reviewed.ts';

const broken = (count: number) =>
  `# Plan\n\n## Work\n\n${Array.from({ length: count }, (_, at) => `- [ ] Task ${at}\n\n  \`\`\`yaml\n  dependsOn: [gone-${at}]\n  \`\`\`\n\n`).join('')}- [-] Skipped\n`;

const prints = (text: string) =>
  sarifOf(reviewed({ p: [null, text] }).diff, '1').runs[0].results.map(({ partialFingerprints }) => partialFingerprints);

it('annotates lines, errors first, within what GitHub keeps, and says how many more there are', () => {
  const lines = annotationsOf(reviewed({ p: [null, broken(12)] }).diff);
  expect(lines).toHaveLength(12);
  expect(lines[0]).toBe(
    '::error file=plans/p.plan.md,line=8,endLine=8,col=14,endColumn=22,title=unknown-dependency::"task-0" depends on "gone-0", and there is no such task. Name the id of a task in this phase or an earlier one.',
  );
  expect(lines[10]).toMatch(/^::notice file=plans\/p\.plan\.md,line=\d+,.*title=skipped-mark::/);
  expect(lines[11]).toBe('2 more diagnostics have no room among the annotations; the review has all it can hold.');
  expect(annotationsOf(reviewed({ p: [broken(1), null] }).diff)).toEqual([]);
});

it('what a plan says is no command of a workflow', () => {
  const text = '# Plan\n\n## Work\n\n- [ ] a\n\n  ```yaml\n  dependsOn: ["x%0A::set-output name=a::b\\n::error::y\\e[1m"]\n  ```\n';
  const [line = '', ...rest] = annotationsOf({ plans: reviewed({ 'a,b:c': [null, text] }).diff.plans });
  expect([line, ...rest].join('\n').split('\n')).toHaveLength(rest.length + 1);
  for (const each of [line, ...rest]) expect(each).toMatch(/^::(?:error|warning|notice) file=plans\/a%2Cb%3Ac\.plan\.md,/);
  expect(line).not.toContain('\u001B');
  expect(line).not.toMatch(/(?<!^)\n::/);
});

it('is SARIF 2.1.0: what the schema asks for is there, and every index and level is one', () => {
  const { diff } = reviewed({ p: [null, broken(3)], 'ä b': [null, '# Empty\n'], gone: [broken(1), null] });
  const log = sarifOf(diff, '1.2.3');
  expect(JSON.parse(JSON.stringify(log))).toEqual(log);
  expect([log.version, log.$schema, log.runs.length]).toEqual(['2.1.0', expect.stringMatching(/sarif-schema-2\.1\.0\.json$/), 1]);
  const [{ tool, results, columnKind }] = log.runs;
  expect([tool.driver.name, tool.driver.version, columnKind]).toEqual(['plans', '1.2.3', 'utf16CodeUnits']);
  expect(URL.canParse(tool.driver.informationUri)).toBe(true);
  const ids = tool.driver.rules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of tool.driver.rules) {
    expect(rule.shortDescription.text).not.toBe('');
    expect(['error', 'warning', 'note']).toContain(rule.defaultConfiguration.level);
  }
  expect(results.map(({ ruleId }) => ruleId)).toEqual(
    ['unknown-dependency', 'unknown-dependency', 'unknown-dependency', 'plan-name', 'plan-without-tasks', 'skipped-mark'].filter((rule) =>
      results.some(({ ruleId }) => ruleId === rule),
    ),
  );
  for (const { ruleId, ruleIndex, level, message, locations } of results) {
    expect(ids[ruleIndex]).toBe(ruleId);
    expect(['error', 'warning', 'note']).toContain(level);
    expect(message.text).not.toBe('');
    const { artifactLocation, region } = locations[0].physicalLocation;
    // A URI reference of RFC 3986 that stays below the root.
    expect(artifactLocation.uri).toMatch(/^(?:[\w.~!$&'()*+,;=@-]|%[0-9A-F]{2})+(?:\/(?:[\w.~!$&'()*+,;=@:-]|%[0-9A-F]{2})+)*$/);
    for (const number of Object.values(region)) expect(number).toBeGreaterThanOrEqual(1);
    expect(region.endLine > region.startLine || region.endColumn >= region.startColumn).toBe(true);
  }
  const prints = results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
  expect(new Set(prints).size).toBe(prints.length);
});

it('the same finding keeps its fingerprint when lines come before it', () => {
  expect(prints(broken(2).replace('# Plan\n', '# Plan\n\nMore words.\n'))).toEqual(prints(broken(2)));
});
