/** What a reader chose, where the browser lets a page keep it: one that was opened from a disk may not. */
export const kept = {
  read(name: string): string | null {
    try {
      return localStorage.getItem(`loadwitness.${name}`);
    } catch {
      return null;
    }
  },
  write(name: string, value: string): void {
    try {
      localStorage.setItem(`loadwitness.${name}`, value);
    } catch {
      // Then it is chosen again next time.
    }
  },
};
