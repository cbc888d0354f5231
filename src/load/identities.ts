/** Who virtual users are, resolved: plain data that can be handed to a worker. */
export type Identities =
  | { kind: 'guests'; prefix: string }
  | { kind: 'accounts' | 'registered' | 'minted'; users: readonly { id: string; token: string }[] };

/** How many users can be connected at the same time without one of them evicting another: an account holds one socket on each replica. */
export function roomOf(identities: Identities, replicas: number): number {
  if (identities.kind === 'guests') return Number.POSITIVE_INFINITY;
  return identities.users.length * (identities.kind === 'accounts' ? replicas : 1);
}

/** The id of the nth user of the run, and how to get its token of the moment. Accounts are shared in turn. */
export function credentialsOf(identities: Identities, index: number): { id: string; token(): string | undefined } {
  if (identities.kind === 'guests') return { id: `${identities.prefix}${index}`, token: () => undefined };
  const user = identities.users[index % identities.users.length];
  if (!user) throw new RangeError('no account to be');
  return { id: user.id, token: () => user.token };
}
