/** Runs an agent that prints so many bytes through the wrapper, and reports what that cost this process. */
import { runProcess } from '../../src/adapters/process.ts';
import { agentCommand } from './scripted.ts';

const [bytes = '0', logFile = ''] = process.argv.slice(2);
let longestBatch = 0;
const { outputBytes, durationMs } = await runProcess({
  command: agentCommand(['flood', Number(bytes)]),
  cwd: import.meta.dirname,
  env: {},
  wallTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  logFile,
  onOutput: (_stream, text) => {
    longestBatch = Math.max(longestBatch, text.length);
  },
});
process.stdout.write(JSON.stringify({ outputBytes, durationMs, longestBatch, rssMiB: process.resourceUsage().maxRSS / 1024 }));
