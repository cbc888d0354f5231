import { afterEach, describe, expect, it } from 'vitest';
import check, { declaredIn, judge, pool } from '../../checks/replicas-one-worker.js';
import { checkContext } from '../helpers/check-context.js';
import { type Child, startChild } from '../helpers/child.js';
import { until } from '../helpers/until.js';

/** Command lines by their depth: two blanks for each parent. */
function family(...lines: string[]) {
  const parents: number[] = [0];
  return lines.map((line, at) => {
    const depth = (line.length - line.trimStart().length) / 2;
    parents[depth + 1] = at + 1;
    return { pid: at + 1, parent: parents[depth] ?? 0, argv: line.trim().split(' ') };
  });
}

const UVICORN = '/usr/local/bin/python3.11 /usr/local/bin/uvicorn app.main:app --host 0.0.0.0 --port 8001';
const SPAWN = (n: number) =>
  `/usr/local/bin/python3.11 -c from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=${n}) --multiprocessing-fork`;
const TRACKER = '/usr/local/bin/python3.11 -c from multiprocessing.resource_tracker import main;main(4)';

const CASES: [string, ReturnType<typeof family>, Record<string, string>, number | undefined, number, string][] = [
  ['uvicorn alone', family(UVICORN), {}, undefined, 1, 'pass'],
  ['uvicorn under a shell', family('sh -c start', `  ${UVICORN}`), {}, undefined, 1, 'pass'],
  ['uvicorn with two workers', family(`${UVICORN} --workers 2`, `  ${TRACKER}`, `  ${SPAWN(7)}`, `  ${SPAWN(9)}`), {}, 2, 2, 'fail'],
  [
    'the same by its environment',
    family(UVICORN, `  ${TRACKER}`, `  ${SPAWN(7)}`, `  ${SPAWN(9)}`),
    { WEB_CONCURRENCY: '2' },
    2,
    2,
    'fail',
  ],
  ['uvicorn that reloads', family(`${UVICORN} --reload`, `  ${TRACKER}`, `  ${SPAWN(7)}`), {}, undefined, 1, 'pass'],
  ['a pool for calculations', family(UVICORN, `  ${TRACKER}`, `  ${SPAWN(7)}`, `  ${SPAWN(9)}`), {}, undefined, 2, 'warn'],
  ['gunicorn with one', family('python gunicorn app -w 1', '  python gunicorn app -w 1'), {}, 1, 1, 'pass'],
  [
    'gunicorn that a file gives three',
    family('gunicorn: master [app]', '  gunicorn: worker [app]', '  gunicorn: worker [app]', '  gunicorn: worker [app]'),
    {},
    undefined,
    3,
    'fail',
  ],
  ['a variable that nothing heeds', family('node server.js'), { WEB_CONCURRENCY: '4' }, 4, 1, 'pass'],
  [
    'nginx beside it',
    family('supervisord', '  nginx: worker process', '  nginx: worker process', `  ${UVICORN}`),
    {},
    undefined,
    1,
    'pass',
  ],
];

describe('replicas-one-worker', () => {
  it.each(CASES)('%s', (_, processes, env, declared, seen, status) => {
    expect(declaredIn(processes, env)).toBe(declared);
    expect(pool(processes).seen).toBe(seen);
    const workers = { name: 'app', declared: declaredIn(processes, env), ...pool(processes) };
    expect(judge([workers], 'docker compose up')).toMatchObject({ status });
  });

  it('goes by what is asked for where no process can be listed', () => {
    const blind = { name: 'app', seen: undefined, isCertain: false, problem: 'no shell' };
    expect(judge([{ ...blind, declared: 2 }], undefined)).toMatchObject({ status: 'fail', observed: 'app: 2 asked for' });
    expect(judge([{ ...blind, declared: 1 }], undefined)).toMatchObject({ status: 'pass' });
    expect(judge([{ ...blind, declared: undefined }], undefined)).toMatchObject({ status: 'warn', observed: 'app: not known: no shell' });
  });

  describe.runIf(process.platform === 'linux')('of real processes', () => {
    let child: Child | undefined;
    afterEach(async () => child?.end());

    const IDLE = 'process.stdin.resume();process.stdin.on("end",()=>process.exit())';
    const run = () => check.run(checkContext({ backends: [{ name: 'app', pid: child?.pid ?? 0 }] }));

    it('fails for two that were asked for, and passes for one', async () => {
      // Its children end with it, since their stdin does.
      const parent = `for(let i=0;i<2;i++)require("child_process").spawn(process.execPath,["-e",${JSON.stringify(IDLE)}],{stdio:["pipe","ignore","ignore"]});setInterval(()=>{},1e6)`;
      child = startChild(process.execPath, ['-e', parent], { ...process.env, WEB_CONCURRENCY: '2' });
      await until('two workers', async () => (await run()).status === 'fail');
      expect(await run()).toMatchObject({ observed: 'app: 2 like processes beside each other' });
      await child.end();
      child = startChild(process.execPath, ['-e', 'setInterval(()=>{},1e6)']);
      await until('a worker', async () => (await run()).observed === 'app: 1 worker');
      expect(await run()).toMatchObject({ status: 'pass' });
    });
  });
});
