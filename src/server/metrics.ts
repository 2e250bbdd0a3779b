/** What Prometheus reads: a few figures of the server, its repositories and its runs. */
import { isAlive } from '../adapters/process/identity.ts';
import { toCost } from '../core/budget.ts';
import { syncAll } from '../engine/export.ts';
import { recordedSpending } from '../engine/spent.ts';
import { readSynced } from '../engine/sync.ts';
import type { Sample } from './requests.ts';
import type { Server } from './server.ts';

/** The figures as Prometheus has them. */
export async function metricsText({ registry, streams, jobs, requests, startedAt, now }: Server): Promise<string> {
  const plans: Sample[] = [];
  const running: Sample[] = [];
  const spent: Sample[] = [];
  for (const { id: repository, workspace } of registry.all) {
    const read = await readSynced(workspace, syncAll, (store) => ({
      plans: Map.groupBy(store.records.plans(), ({ status }) => status),
      live: store.openRuns().filter(({ pid, pidStart }) => isAlive(pid, pidStart)).length,
      today: recordedSpending(store, now()).today,
    }));
    for (const [status, found] of read.plans) plans.push({ labels: { repository, status }, value: found.length });
    running.push({ labels: { repository }, value: read.live });
    spent.push({ labels: { repository }, value: toCost(read.today).costUsd ?? read.today.usd });
  }
  return [
    metric('plans_requests_total', 'counter', 'Requests that were answered.', requests.samples),
    metric('plans_event_streams', 'gauge', 'Event streams that are open.', [one(streams.size)]),
    metric('plans_uptime_seconds', 'gauge', 'Since the server began.', [one((now().getTime() - startedAt) / 1000)]),
    metric('plans_plans', 'gauge', 'Plans, by their status.', plans),
    metric('plans_executions_running', 'gauge', 'Runs that are under way on this machine.', running),
    metric('plans_jobs_running', 'gauge', 'Conversations with Claude.', [
      one(jobs.all.filter(({ status }) => status === 'running').length),
    ]),
    metric('plans_spent_today_usd', 'gauge', 'What agents have cost since midnight (UTC), as far as prices are known.', spent),
  ].join('');
}

function one(value: number): Sample {
  return { labels: {}, value };
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(
      ([key, text]) => `${key}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    );
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
