/** The command-line agents that Plans knows. Pure data: the same shape as `agents` in the config, which may override each. */
import type { AgentProfile } from '../../core/config.ts';
import type { AgentResult } from './agent.ts';

/** A failure that a profile's program announces in a way that can be relied on. */
export interface KnownFailure {
  readonly outcome: Extract<AgentResult['outcome'], 'rate_limited' | 'auth' | 'budget'>;
  /** Tried on the last lines of output, where the program failed. Group 1 is when a limit resets, in seconds since 1970. */
  readonly line?: RegExp;
  readonly exitCode?: number;
}

export interface BuiltInProfile extends AgentProfile {
  /** What to do when the program is missing or not signed in. */
  readonly setup: string;
  readonly failures: readonly KnownFailure[];
}

export const PROFILES: Readonly<Record<string, BuiltInProfile>> = {
  'claude-code': {
    command: [
      'claude',
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      // The only sign of life while a long answer is written, and the only word on its tokens before the end.
      '--include-partial-messages',
      // Nobody is there to be asked: what is not allowed is denied. Files may be changed, in its folder only, and the gates be run.
      '--permission-mode',
      'default',
      '--allowedTools',
      'Edit(./**),Bash(mkdir:*),Bash(mv:*),Bash(cp:*),Bash(rm:*),Bash(touch:*)',
      '--allowedTools',
      '{gates}',
      // What stands in the repository, and so is the same everywhere: CLAUDE.md, and the permissions that were agreed on.
      '--setting-sources',
      'project',
      '--strict-mcp-config',
      // Hooks would run what an earlier attempt wrote; with a memory no session is a fresh one.
      '--settings',
      '{"disableAllHooks":true,"autoMemoryEnabled":false}',
      '--max-budget-usd',
      '{maxBudgetUsd}',
      '--model',
      '{model}',
    ],
    prompt: 'stdin',
    output: 'claude-code',
    env: [
      // Not all of `CLAUDE_CODE_*`: a session in which Plans itself was started would be taken for its own.
      'ANTHROPIC_*',
      'CLAUDE_CONFIG_DIR',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CODE_USE_BEDROCK',
      'CLAUDE_CODE_USE_VERTEX',
      'CLAUDE_CODE_USE_FOUNDRY',
      'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      // Keeps the key from the commands that it runs; on Linux it needs bubblewrap.
      'CLAUDE_CODE_SUBPROCESS_ENV_SCRUB',
      'DISABLE_TELEMETRY',
      'DISABLE_AUTOUPDATER',
      'AWS_REGION',
      'AWS_PROFILE',
      'CLOUD_ML_REGION',
    ],
    setup: 'Install it with "npm install -g @anthropic-ai/claude-code", then sign in with "claude" or set ANTHROPIC_API_KEY.',
    failures: [
      { outcome: 'rate_limited', line: /^Claude(?: AI)? usage limit reached(?:\|(\d{10}))?/ },
      { outcome: 'rate_limited', line: /^You've hit your (?:\w+ )?limit\b/ },
      { outcome: 'rate_limited', line: /^API Error: (?:429\b|Rate limit reached)/ },
      { outcome: 'auth', line: /^(?:Invalid API key|Not logged in|Please run \/login|API Error: 401\b|Failed to authenticate)/ },
      { outcome: 'budget', line: /^Credit balance is too low/ },
    ],
  },
  codex: {
    // `--full-auto` said the same and is deprecated.
    command: ['codex', 'exec', '--sandbox', 'workspace-write', '--color', 'never', '--model', '{model}', '-'],
    prompt: 'stdin',
    output: 'text',
    env: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_API_KEY', 'CODEX_HOME'],
    setup: 'Install it with "npm install -g @openai/codex", then sign in with "codex login".',
    failures: [
      { outcome: 'rate_limited', line: /^ERROR: You've hit your usage limit\b/ },
      { outcome: 'auth', line: /^ERROR: unexpected status 401 Unauthorized\b/ },
    ],
  },
  gemini: {
    // Without `--skip-trust` a folder it does not know falls back to asking, and nobody is there to answer.
    command: ['gemini', '--approval-mode', 'auto_edit', '--skip-trust', '--model', '{model}'],
    prompt: 'stdin',
    output: 'text',
    env: [
      'GEMINI_API_KEY',
      'GEMINI_MODEL',
      'GOOGLE_API_KEY',
      'GOOGLE_CLOUD_PROJECT',
      'GOOGLE_CLOUD_LOCATION',
      'GOOGLE_GENAI_USE_VERTEXAI',
      'GOOGLE_APPLICATION_CREDENTIALS',
    ],
    setup: 'Install it with "npm install -g @google/gemini-cli", then sign in with "gemini" or set GEMINI_API_KEY.',
    failures: [{ outcome: 'auth', exitCode: 41 }],
  },
  opencode: {
    command: ['opencode', 'run', '--model', '{model}'],
    prompt: 'stdin',
    output: 'text',
    env: ['OPENCODE_*', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY'],
    setup: 'Install it with "npm install -g opencode-ai", then sign in with "opencode auth login".',
    failures: [],
  },
  aider: {
    // It would commit, add itself to .gitignore and leave its histories in the repository: all of that would land in the task's commit.
    command: [
      'aider',
      '--message-file',
      '{promptFile}',
      '--yes-always',
      '--no-auto-commits',
      '--no-dirty-commits',
      '--no-gitignore',
      '--chat-history-file',
      '/dev/null',
      '--input-history-file',
      '/dev/null',
      '--no-pretty',
      '--no-stream',
      '--no-check-update',
      '--no-show-release-notes',
      '--model',
      '{model}',
    ],
    prompt: 'file',
    output: 'text',
    env: ['AIDER_*', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'OPENAI_API_BASE', 'GEMINI_API_KEY', 'DEEPSEEK_API_KEY', 'OPENROUTER_API_KEY'],
    setup: 'Install it with "pipx install aider-chat", set the key of its model, and add ".aider*" to .gitignore.',
    failures: [],
  },
};
