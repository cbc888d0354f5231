import type { Cause } from '../../run-result.js';
import { containersOf, logCommand, redisCli } from '../commands.js';
import { logLines } from '../evidence.js';
import type { Judged } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const PATTERN = 'publish_failed';

/** What clients of Redis say when the connection, and not the command, was the trouble. */
const BROKEN =
  /broken pipe|connection (?:reset|refused|closed|lost|error)|econn\w+|epipe|while writing to socket|error 32|error 104|error 111|not connected|server closed/i;
const TIMED_OUT = /time(?:d )?out/i;
const FULL = /\bOOM\b|maxmemory/i;
const REFUSED = /max number of clients|NOAUTH|WRONGPASS|NOPERM|READONLY/i;

/** The connection from a backend to Redis was broken when it published: told by the lines themselves. */
export function redisConnectionBroken(run: Judged): Cause {
  return byWords(run, 'redis-connection-broken', 'The connection from the backends to Redis was broken', BROKEN);
}

/** Redis did not answer in time. */
export function redisPublishTimeout(run: Judged): Cause {
  return byWords(run, 'redis-publish-timeout', 'Redis did not answer a publish in time', TIMED_OUT);
}

/** Redis refused the command itself. */
export function redisRefusedPublish(run: Judged): Cause {
  return byWords(
    run,
    'redis-refused',
    'Redis refused the publish: it is full, read-only, or does not let the backend in',
    new RegExp(`${FULL.source}|${REFUSED.source}`, 'i'),
  );
}

function byWords(run: Judged, id: string, title: string, words: RegExp): Cause {
  const lines = logLines(run, PATTERN);
  const examples = run.logExamples.filter(({ pattern }) => pattern === PATTERN);
  const [said, ...more] = examples.filter(({ line }) => words.test(line));
  const others = examples.find(({ line }) => !words.test(line));
  const told = said === undefined ? [] : [proof(`${said.backend}: ${said.line}`, `log.example ${PATTERN}`)];
  const share =
    more.length > 0
      ? [proof(`${more.length + 1} of the ${examples.length} lines that were kept say the same`, `log.example ${PATTERN}`)]
      : [];
  const [container] = containersOf(run, 'backend');
  return weigh(
    {
      id,
      title,
      actions: [
        action('see what the backends say', logCommand(run, '메시지 발행 실패')),
        action('see the connections of the backends, and how long each lasts', redisCli(run, 'CLIENT LIST')),
        action('and who was cut off, and for which limit', redisCli(run, 'INFO stats')),
        ...(container === undefined
          ? []
          : [
              action(
                'see whether Redis is reached from a backend',
                `docker exec ${container.id} python -c "import os, redis; print(redis.from_url(os.environ['REDIS_URL']).ping())"`,
              ),
            ]),
      ],
    },
    {
      seen: told.length > 0,
      for: [...told, ...share],
      against:
        told.length === 0 && others !== undefined
          ? [
              proof(
                `none of the ${examples.length} lines that were kept says so; ${others.backend}: ${others.line}`,
                `log.example ${PATTERN}`,
              ),
            ]
          : [],
      unknown: examples.length === 0 && lines.total > 0 ? ['no line of it was kept'] : [],
    },
  );
}
