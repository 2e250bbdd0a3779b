/** All benchmarks: `npm run bench`. Figures are medians and ratios of one run; the machine's noise is in both sides of a ratio. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { benchCli } from './cli.ts';
import { benchDiff } from './diff.ts';
import { benchExecutor } from './executor.ts';
import { benchFiles } from './files.ts';
import { benchImport } from './import.ts';
import { benchMatrix } from './matrix.ts';
import { benchParallel } from './parallel.ts';
import { benchResume } from './resume.ts';
import { benchServer } from './server.ts';
import { benchSync } from './sync.ts';
import { benchWatch } from './watch.ts';
import { benchWeb } from './web.ts';

const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
console.log(
  `${new Date().toISOString().slice(0, 10)}  Node ${process.versions.node}, ${git}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
);
await benchCli();
await benchSync();
await benchDiff();
await benchWatch();
await benchServer();
await benchWeb();
await benchExecutor();
await benchFiles();
await benchImport();
await benchMatrix();
await benchParallel();
await benchResume();
