import { useEffect, useReducer } from 'preact/hooks';

/** Renders again, at most once a frame, when something says that it has changed. @param on Begins to listen, and returns what ends it. */
export function useChanges(on: ((listener: () => void) => () => void)[], inputs: readonly unknown[]): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    const listener = (): void => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        again(undefined);
      });
    };
    const ends = on.map((begin) => begin(listener));
    return () => {
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    };
  }, [...inputs]);
}
