import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

// Libraries are bundled too, so that a command loads a few files in place of hundreds: measured 2.5 × less CPU at start. They stay
// in `dependencies`, so that an installation has their licences. isomorphic-git is large and used where no git is, Claude's SDK
// is larger and used where a model is asked, which takes seconds: they stay outside, and are imported when they are needed.
/** Of all that decides how a plan is read: readings that another build has kept do not count. */
const readers = createHash('sha256');
for (const file of [...globSync('src/core/**/*.ts').toSorted(), 'package-lock.json']) readers.update(file).update(readFileSync(file));

/**
 * What nearly every command loads, in two files: as forty, which the bundler makes of modules that others share too, `plans status` took
 * 73 ms in place of 63, as a module costs Node half a millisecond before its first line runs. Each group takes in what its modules import.
 */
const groups = [
  { name: 'start', test: /src.commands.main\.ts$/, priority: 2 },
  {
    name: 'looking',
    test: /src.(engine.(workspace|sync|history|export|spent|kept|planner.cost-journal)|commands.(reading|terminal.(text|line|duration|spent|status-words|columns|ways-on)))\.ts$/,
    priority: 1,
  },
];

export default defineConfig({
  define: { PLANS_BUILD: JSON.stringify(readers.digest('hex').slice(0, 16)) },
  entry: ['src/cli.ts', 'src/index.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node24',
  dts: true,
  clean: true,
  sourcemap: false,
  report: false,
  fixedExtension: false,
  // Some imports are dynamic for those who run the sources; in the bundle theirs is the same file.
  inputOptions: { checks: { ineffectiveDynamicImport: false } },
  outputOptions: { codeSplitting: { groups } },
  // The types of libraries stay where they are: they are dependencies.
  deps: { alwaysBundle: [/^(?!isomorphic-git|@anthropic-ai\/)/], onlyBundle: false, dts: { neverBundle: true, alwaysBundle: [] } },
});
