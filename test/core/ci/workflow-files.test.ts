import { describe, expect, it } from 'vitest';
import { fitWorkflow, repositoryPage } from '../../../src/core/ci/workflow-files.ts';

describe('a workflow', () => {
  const text = "on:\n  push:\n    branches: [main]\n    paths: ['plans/**']\n";

  it.each([
    ['main', 'plans/', text],
    ['trunk', 'docs/plans/', "on:\n  push:\n    branches: [trunk]\n    paths: ['docs/plans/**']\n"],
    ["it's $& [x]", "it's/", "on:\n  push:\n    branches: ['it''s $& [x]']\n    paths: ['it''s/**']\n"],
  ])('fits the branch %s and the folder %s', (branch, plans, expected) => {
    expect(fitWorkflow(text, { branch, plans, install: null })).toBe(expected);
  });
});

it('installs where there is room for it, and nowhere else', () => {
  const job = '    steps:\n      - uses: a\n      # Here goes what your gates need, as above.\n      - uses: b\n';
  expect(fitWorkflow(job, { branch: 'main', plans: 'plans/', install: 'npm ci' })).toBe(
    '    steps:\n      - uses: a\n      # Here goes what your gates need, as above.\n      - run: npm ci\n      - uses: b\n',
  );
});

describe('the page of a repository', () => {
  it.each([
    ['git@github.com:ada/tips.git', 'https://github.com/ada/tips'],
    ['https://github.com/ada/tips', 'https://github.com/ada/tips'],
    ['https://x-access-token:secret@github.com/ada/tips.git', 'https://github.com/ada/tips'],
    ['ssh://git@ghe.example.com:2222/ada/tips.js.git', 'https://ghe.example.com/ada/tips.js'],
    ['/srv/git/tips.git', null],
    ['../tips', null],
    ['file:///srv/tips.git', null],
  ])('%s: %s', (remote, page) => {
    expect(repositoryPage(remote)).toBe(page);
  });
});
