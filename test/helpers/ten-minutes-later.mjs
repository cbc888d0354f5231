// Preloaded by `node --import`: has a process live ten minutes ahead of the machine's clock.
const now = Date.now;
Date.now = () => now() + 600_000;
