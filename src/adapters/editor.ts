/** A person's editor: opened on a text, and what they saved. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Edited {
  /** What was saved. */
  readonly text: string;
  /** Where it stands, until {@link forget} is called: a text that could not be taken must not be lost. */
  readonly file: string;
  forget(): void;
}

/** The editor's command, as git would choose it; undefined where none is named. */
export function editorCommand(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return [env['VISUAL'], env['EDITOR']].find((command) => command !== undefined && command.trim() !== '');
}

/** Opens the editor on a text and waits until it ends. A sentence where it could not be started or says that the person gave up. */
export async function openEditor(command: string, name: string, text: string): Promise<Edited | { readonly message: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'plans-edit-'));
  const file = join(folder, name);
  const forget = () => rmSync(folder, { recursive: true, force: true });
  writeFileSync(file, text);
  const ended = await new Promise<string | null>((resolve) => {
    // Through a shell, as the variable holds a command with its arguments ("code --wait").
    const child = spawn('sh', ['-c', `${command} "$1"`, 'sh', file], { stdio: 'inherit' });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `it ended with ${code === null ? signal : `exit code ${code}`}`));
  });
  if (ended === null) return { text: readFileSync(file, 'utf8'), file, forget };
  forget();
  return { message: `The editor "${command}" did not succeed: ${ended}. Nothing was changed.` };
}
