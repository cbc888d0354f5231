import type { Cause } from '../../finding.js';
import { counted, millis, percent } from '../../format.js';
import type { GeneratorSecond } from '../../run-result.js';
import { isBeyond } from '../causes/generator.js';
import { greatest, loadWindow, readingsOf, type Window } from '../readings.js';
import type { Judged, Rule } from '../rule.js';
import { action, proof, weigh } from '../weigh.js';

const SOURCE = 'load.second generator';
const CPU = 'generator.cpu.utilization';
const REFUSED = /^generator /;

/** The load generator did not keep up: what it measured may be its own. */
export const saturatedGenerator: Rule = {
  id: 'saturated-generator',
  title: 'The load generator did not keep up',
  diagnose(run) {
    const window = loadWindow(run);
    const { generator } = run;
    if (window === null || (!generator.saturated && generator.failures === 0)) return null;
    const beyond = run.history.filter((second) => isBeyond(second, run)).map(({ second }) => second);
    const { saturatedSeconds, seconds, missingSeconds, most } = generator;
    const refused = generator.failures > 0 ? `, and its machine refused ${counted(generator.failures, 'connect')}` : '';
    return {
      symptom: `it was beyond its limits in ${saturatedSeconds} of ${counted(seconds, 'second')}${refused}: what it measured then may be its own and not the target's`,
      from: beyond[0] === undefined ? window.from : beyond[0] * 1000,
      to: beyond.length === 0 ? window.to : ((beyond.at(-1) ?? 0) + 1) * 1000,
      evidence: [
        proof(
          `at worst: event loop blocked for ${millis(most.loopDelayMs)}, busy for ${percent(most.utilization)}, a message ${millis(most.lagMs)} late, ${millis(most.gcMs)} of garbage collection in a second${missingSeconds > 0 ? `; no record of ${counted(missingSeconds, 'second')}` : ''}`,
          SOURCE,
        ),
      ],
      causes: [refusedByOwnMachine(run), tooMuchWork(run, window), heldUp(run, window), garbage(run)],
      watch: ['the event loop of the generator: busy for less than 90 % of a second, blocked for less than 100 ms', 'CPU of its machine'],
    };
  },
};

function refusedByOwnMachine(run: Judged): Cause {
  const failures = run.failures.filter(({ kind }) => REFUSED.test(kind));
  return weigh(
    {
      id: 'descriptors-or-ports',
      title: 'Its machine had no descriptors or ports left',
      actions: [
        action('allow more open files in the shell that starts it', 'ulimit -n 65536'),
        action('allow more ports, or connect from more addresses', "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'"),
      ],
    },
    {
      seen: true,
      for: failures.map(({ kind, occurrences }) => proof(`${kind} ${occurrences}`, 'failures of connect')),
      against: failures.length === 0 ? [proof('its machine refused no connect', 'failures of connect')] : [],
    },
  );
}

const secondsBeyond = ({ generator: { beyond, limits } }: Judged, measure: keyof GeneratorSecond): string =>
  `${counted(beyond[measure], 'second')} beyond the limit of ${measure === 'utilization' ? percent(limits[measure]) : millis(limits[measure])}`;

function tooMuchWork(run: Judged, window: Window): Cause {
  const { beyond, most } = run.generator;
  const cpu = greatest(readingsOf(run, CPU, window));
  const isBusy = beyond.utilization > 0;
  const told = proof(
    `its event loop was busy for ${percent(most.utilization)} of a second at most: ${secondsBeyond(run, 'utilization')}`,
    SOURCE,
  );
  const process = cpu === undefined ? [] : [proof(`its process used ${percent(cpu.value)} of a core at most`, CPU)];
  return weigh(
    {
      id: 'too-much-work',
      title: 'One thread sends more than it can',
      actions: [
        action('send from more threads', 'loadwitness run --workers auto'),
        action('or from more machines, or fewer users on this one'),
      ],
    },
    { seen: true, for: isBusy ? [told, ...process] : [], against: isBusy ? [] : [told] },
  );
}

function heldUp(run: Judged, window: Window): Cause {
  const { beyond, most, missingSeconds } = run.generator;
  const cpu = greatest(readingsOf(run, CPU, window));
  const times = [
    ...(beyond.loopDelayMs > 0
      ? [proof(`its event loop was blocked for ${millis(most.loopDelayMs)}: ${secondsBeyond(run, 'loopDelayMs')}`, SOURCE)]
      : []),
    ...(beyond.lagMs > 0 ? [proof(`a message left ${millis(most.lagMs)} late: ${secondsBeyond(run, 'lagMs')}`, SOURCE)] : []),
    ...(missingSeconds > 0 ? [proof(`of ${counted(missingSeconds, 'second')} there is no record`, SOURCE)] : []),
  ];
  const isIdle = beyond.utilization === 0;
  return weigh(
    {
      id: 'held-up',
      title: 'Something else on its machine held it up',
      actions: [
        action('see what else runs', 'top -b -n 1 | head -20'),
        action('send the load from a machine that does nothing else, and not from one of the target’s'),
      ],
    },
    {
      for: isIdle
        ? [...times, ...(cpu === undefined ? [] : [proof(`its own process used ${percent(cpu.value)} of a core at most`, CPU)])]
        : times,
      against: isIdle ? [] : [proof('it was busy itself', SOURCE)],
      unknown: ['what other programs on its machine used'],
    },
  );
}

function garbage(run: Judged): Cause {
  const { beyond, most } = run.generator;
  const isMuch = beyond.gcMs > 0;
  const told = proof(`garbage collection took ${millis(most.gcMs)} of a second at most: ${secondsBeyond(run, 'gcMs')}`, SOURCE);
  return weigh(
    {
      id: 'garbage-collection',
      title: 'Its memory was short',
      actions: [action('give it more', 'NODE_OPTIONS=--max-old-space-size=4096 loadwitness run')],
    },
    { seen: true, for: isMuch ? [told] : [], against: isMuch ? [] : [told] },
  );
}
