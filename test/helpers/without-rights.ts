const NOBODY = 65_534;

/**
 * Does something as a user who may write nowhere here: root may write everywhere, whatever the mode of a file says. Anybody else has to take
 * the rights away himself.
 */
export async function withoutRootRights<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
