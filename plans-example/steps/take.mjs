// Plays the agent: lays the files of a step over the project, in the draft that belongs to this attempt.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const step = join(import.meta.dirname, process.argv[2] ?? '');
if (process.argv[2] === undefined || !existsSync(step)) {
  console.error('Usage: node steps/take.mjs <step>');
  process.exit(2);
}

lay(step);
const drafts = join(step, 'drafts');
if (existsSync(drafts)) {
  // The executor counts the attempts from 1; there are two drafts, and the last one stays.
  const attempt = Math.min(Number(process.env.PLANS_ATTEMPT ?? 1), readdirSync(drafts).length);
  lay(join(drafts, String(attempt)));
}

function lay(folder) {
  cpSync(folder, process.cwd(), { recursive: true, filter: (path) => path !== join(step, 'drafts') });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && !path.startsWith('drafts')) console.log(`${basename(step)}: wrote ${path}`);
  }
}
