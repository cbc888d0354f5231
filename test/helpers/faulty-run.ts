import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startProcesses } from '../../src/commands/demo-processes.js';
import { GUIDE_ACCOUNTS } from '../../src/demo/accounts.js';
import { parseFault } from '../../src/demo/fault.js';
import { CHANNEL } from '../../src/demo/service-config.js';
import { sharedSettings } from '../../src/demo/stack-faults.js';
import { startTestStack } from '../stack/stack.js';
import { AWS_SECRETS } from './aws-env.js';
import { runCli } from './cli.js';
import { CloudWatchServer } from './cloudwatch-server.js';
import { Evidence } from './evidence.js';
import { stackConfig } from './stack-config.js';

/** Which of the two targets: processes of this machine, or containers. */
export type StackKind = 'processes' | 'containers';

/** What is wrong in a run, and how the run differs otherwise from that of a healthy target. */
export interface FaultyRun {
  /** As after `--fault`. */
  faults?: readonly string[];
  /** Keys of the configuration file. */
  config?: Record<string, unknown>;
  /** In place of, or beside, the plan. */
  args?: readonly string[];
  /** The instance of the target has used up its CPU credits. */
  spentCredits?: boolean;
  /** Whether the checklist comes first; where a fault is meant to be seen under load it must not be found before. */
  preflight?: boolean;
}

const INSTANCE = 'i-0123456789abcdef0';
const PLAN = ['--stages', '24@12:8s', '--think-time', '1-2', '--interval', '1'];
/** A busy machine alone breaks none of these; each fault that is meant to goes beyond them. */
const LIMITS = { connection_time_p95_ms: 3000, location_update_p95_ms: 1000 };
const MINUTE = 60_000;

/** Brings a target up, loads it with the built tool, and takes it down. @param folder Of this run alone; holds its evidence in the end */
export async function runWithFault(
  kind: StackKind,
  fault: FaultyRun,
  folder: string,
): Promise<{ code: number | string; evidence: Evidence }> {
  mkdirSync(folder, { recursive: true });
  const target = await (kind === 'processes' ? processes(fault) : containers(fault, folder));
  const cloudwatch = fault.spentCredits ? await withoutCredits() : undefined;
  try {
    const file = join(folder, 'config.yaml');
    const own = { ...target.config, success_criteria: LIMITS, ...fault.config, ...(cloudwatch && { monitoring: monitored(cloudwatch) }) };
    writeFileSync(file, stringify(own), { mode: 0o600 });
    const out = join(folder, 'out');
    const args = ['run', '--config', file, '--out', out, ...PLAN, ...(fault.preflight ? [] : ['--no-preflight']), ...(fault.args ?? [])];
    const { code, stderr } = await runCli(args, cloudwatch ? AWS : {});
    // Without a folder, or with one that is not finished, what it said tells why.
    if (code === 70 || !existsSync(out)) throw new Error(stderr);
    const evidence = Evidence.only(out);
    if (!cloudwatch) return { code, evidence };
    // CloudWatch tells of a minute a minute later: nobody waits for that here.
    const later = { ...AWS, NODE_OPTIONS: `--import=${new URL('./ten-minutes-later.mjs', import.meta.url).href}` };
    const finalized = await runCli(['finalize', evidence.folder], later);
    return { code: finalized.code, evidence: new Evidence(evidence.folder) };
  } finally {
    await target.stop();
    await cloudwatch?.end();
  }
}

async function processes({ faults = [] }: FaultyRun) {
  const io = { env: process.env, signal: new AbortController().signal, say: () => undefined, out: () => undefined };
  const { file, stop } = await startProcesses({ faults: faults.map(parseFault), jwtSecret: undefined, install: false }, io as never);
  return { config: file as Record<string, unknown>, stop };
}

async function containers({ faults = [] }: FaultyRun, folder: string) {
  const parsed = faults.map(parseFault);
  const stack = await startTestStack({ faults: parsed });
  const file = stackConfig(folder, stack, {
    test_accounts: GUIDE_ACCOUNTS,
    infrastructure: { redis: { channel: CHANNEL, lists: sharedSettings(parsed).lists } },
  });
  return { config: parse(readFileSync(file, 'utf8')) as Record<string, unknown>, stop: () => stack.stop() };
}

const AWS = {
  AWS_ACCESS_KEY_ID: AWS_SECRETS.key,
  AWS_SECRET_ACCESS_KEY: AWS_SECRETS.secret,
  AWS_SESSION_TOKEN: AWS_SECRETS.token,
  AWS_EC2_METADATA_DISABLED: 'true',
};

/** What CloudWatch says of a burstable instance that is held down to its baseline. */
async function withoutCredits(): Promise<CloudWatchServer> {
  const server = await CloudWatchServer.start();
  const first = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * MINUTE;
  const points = (value: number) => Array.from({ length: 45 }, (_, minute) => ({ t: first + minute * MINUTE, value }));
  const metric = (name: string, value: number) => ({
    ...{ namespace: 'AWS/EC2', name, dimensions: { InstanceId: INSTANCE }, points: points(value) },
  });
  server.store(metric('CPUCreditBalance', 0), metric('CPUUtilization', 20), metric('StatusCheckFailed', 0));
  return server;
}

function monitored({ url }: CloudWatchServer): object {
  return { cloudwatch: { region: 'eu-west-1', endpoint: url, instance_id: INSTANCE, settle: 0 } };
}
