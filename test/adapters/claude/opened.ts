/** Claude's API as the code under test opens it, on a scripted server. */
import { openClaude, type Claude } from '../../../src/adapters/claude/client.ts';
import { DEFAULT_CONFIG } from '../../../src/adapters/config.ts';
import { scriptedMessages, type MessagesServer, type Turn } from '../../support/messages-server.ts';

/** Opens it on a server that answers with these turns. */
export async function openedClaude(...turns: readonly Turn[]): Promise<{ claude: Claude; server: MessagesServer } & AsyncDisposable> {
  const server = await scriptedMessages(turns);
  const opened = await openClaude(DEFAULT_CONFIG.claude, server.environment);
  if (opened.type === 'unavailable') throw new Error(opened.message);
  return { claude: opened.claude, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
