import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { syntaxProblemOf } from '../../src/load/syntax-error.js';
import { importTypeScript } from '../../src/load/typescript.js';

const folder = mkdtempSync(join(tmpdir(), 'loadwitness syntax '));
afterAll(() => rmSync(folder, { recursive: true }));

// Node's own loader and not the test runner's, which has errors of its own.
const require = createRequire(import.meta.url);

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function problemOf(file: string): Promise<unknown> {
  try {
    if (file.endsWith('.ts')) await importTypeScript(file);
    else require(file);
  } catch (error) {
    return await syntaxProblemOf(error, file);
  }
  throw new Error('accepted');
}

const BROKEN = 'const scenario = {\n  name: "own",\n  tasks: [ = ],\n};\n';

describe('syntaxProblemOf', () => {
  it.each(['broken.mjs', 'broken.cjs', 'with a space and ü.mjs'])('finds the line in %s', async (name) => {
    expect(await problemOf(write(name, BROKEN))).toEqual({ line: 3, message: "Unexpected token '='" });
  });

  it('finds the line in TypeScript', async () => {
    expect(await problemOf(write('broken.ts', `interface A { x: number }\n${BROKEN}`))).toMatchObject({
      line: 4,
      message: expect.stringMatching(/^Unexpected token/),
    });
  });

  it('does not blame a file for what it imports', async () => {
    write('inner.mjs', BROKEN);
    const outer = write('outer.mjs', "import './inner.mjs';\n");
    expect(await problemOf(outer)).toEqual({ line: undefined, message: "Unexpected token '='" });
  });

  it('leaves other errors to others', async () => {
    expect(await problemOf(write('throws.cjs', 'throw new Error("no luck");'))).toBeUndefined();
  });
});
