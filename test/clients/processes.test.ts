import { afterAll, beforeAll, expect, it, describe as plainly } from 'vitest';
import { connectDocker } from '../../src/clients/docker.js';
import { listInContainer, readFamily } from '../../src/clients/processes.js';
import { startChild } from '../helpers/child.js';
import { until } from '../helpers/until.js';
import { engineOrSkip } from '../stack/engine.js';
import { Containers } from '../stack/one-container.js';

const describe = await engineOrSkip();
const CHILD = 'setInterval(()=>{},1e6) // a\n// b';
const PARENT = `require("node:child_process").spawn("node",["-e",${JSON.stringify(CHILD)}],{stdio:"ignore"});setInterval(()=>{},1e6)`;

plainly.runIf(process.platform === 'linux')('readFamily', () => {
  it('gives a process with its children, and nothing of others', async () => {
    const child = startChild('sh', ['-c', 'sleep 600 & exec sleep 601']);
    try {
      const family = await until('both', async () => {
        const found = await readFamily(child.pid);
        return found[0]?.argv[0] === 'sleep' && found[1]?.argv[0] === 'sleep' && found;
      });
      expect(family.map(({ argv }) => argv)).toEqual([
        ['sleep', '601'],
        ['sleep', '600'],
      ]);
      expect(family[1]?.parent).toBe(child.pid);
      process.kill(family[1]?.pid ?? 0);
    } finally {
      await child.end();
    }
  });

  it('says that there is none', async () => {
    await expect(readFamily(2 ** 22 + 1)).rejects.toThrow('there is no process 4194305');
  });
});

describe('listInContainer', () => {
  let containers: Containers;
  beforeAll(async () => {
    containers = await Containers.prepare();
  }, 240_000);
  afterAll(() => containers?.end());

  it('gives what its first process has started, and not who looks', async () => {
    const docker = connectDocker();
    try {
      const name = await containers.run('processes', PARENT);
      const look = () => listInContainer(docker, name, new AbortController().signal);
      const family = await until('the child', async () => {
        const found = await look();
        return found.length === 2 && found[1]?.argv.includes(CHILD) && found;
      });
      expect(family).toMatchObject([
        { pid: 1, argv: ['node', '-e', PARENT] },
        { parent: 1, argv: ['node', '-e', CHILD] },
      ]);
    } finally {
      docker.close();
    }
  }, 60_000);
});
