/** Gives a function that calls what it is given one after the other, in the order in which it was asked. A failure is its caller's alone. */
export function takeTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    // Whoever comes next waits for the end, however it was.
    last = mine.catch(() => {});
    return mine;
  };
}
