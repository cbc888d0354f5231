import type { Config } from '../config/config.js';
import { describeLayout, greatestUsers, type Layout, planLayout } from '../load/capacity.js';
import type { Io } from './io.js';

/**
 * Sees to it before the load that this machine can send it, and says how.
 *
 * @throws KnownError naming all that it lacks.
 */
export async function prepareMachine(config: Config, io: Io): Promise<Layout> {
  const { layout, unknown } = await planLayout(config);
  io.say(`generator: ${greatestUsers(config.stages)} users in ${describeLayout(layout)}`);
  if (unknown.length > 0) io.say(`note: whether this machine is enough is not known of its ${unknown.join(' and ')}`);
  return layout;
}
