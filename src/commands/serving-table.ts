/** The part of the table that is about programs and browsers that use Plans. */
import type { CommandSpec } from './specification.ts';

export const SERVING: readonly CommandSpec[] = [
  {
    name: 'serve',
    group: 'More',
    summary: 'Serve the API, live events and the dashboard',
    description: [
      'Everything that the commands do, for a browser and for programs: every write is an edit of the plan file and a commit, as if you had typed it. The API is described at /api/docs and /api/openapi.json.',
      'It listens on 127.0.0.1, where whoever is on this machine may use it; on any other address it asks for a token, which is made at the start and shown once, or taken from PLANS_TOKEN. The bearer of PLANS_READ_TOKEN may look and change nothing. Where either of them is set, it asks on 127.0.0.1 too; each has 16 characters at least.',
      'A run that is started here is a process of its own: it goes on when the server ends. Ctrl-C ends the server.',
    ],
    arguments: [{ name: 'DIR', summary: 'Repositories to serve; the one you are in where none is named', many: true, completes: 'file' }],
    options: [
      { name: 'port', short: 'p', value: 'PORT', summary: 'Listen there; 0 takes any that is free', default: '4280' },
      { name: 'host', value: 'ADDRESS', summary: 'Listen on this address; 0.0.0.0 for all that the machine has', default: '127.0.0.1' },
      { name: 'allow-host', value: 'NAME', summary: 'A further name by which browsers call it, as behind a proxy', many: true },
      { name: 'token', summary: 'Ask for a token on 127.0.0.1 too' },
    ],
    examples: [
      { command: 'plans serve', says: 'this repository, on this machine' },
      { command: 'plans serve ~/shop ~/site --port 8080', says: 'two of them' },
      { command: 'PLANS_TOKEN=… plans serve --host 0.0.0.0 --allow-host plans.example.com', says: 'for others, behind a proxy' },
    ],
    exitCodes: [],
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'mcp',
    group: 'More',
    summary: 'Serve tools and resources to Claude Code and other MCP clients',
    description: [
      'Speaks the Model Context Protocol on standard input and output, for a client that starts it: plans are listed, shown, written, edited, reviewed, run, paused, resumed and approved by tools, and are resources as Markdown. Every write is an edit of the plan file and a commit.',
      'A run that is started here is a process of its own: it goes on when the client ends. The same is at /mcp of plans serve.',
    ],
    arguments: [{ name: 'DIR', summary: 'Repositories to serve; the one you are in where none is named', many: true, completes: 'file' }],
    options: [{ name: 'read-only', summary: 'Only the tools that look' }],
    examples: [
      { command: 'plans mcp', says: 'what claude mcp add plans -- plans mcp has Claude Code start' },
      { command: 'plans mcp --read-only ~/shop ~/site', says: 'two repositories, to look at' },
    ],
    exitCodes: [],
    load: async () => (await import('./mcp.ts')).mcp,
  },
];
