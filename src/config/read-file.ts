import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError, messageOf } from '../errors.js';

/** Reads a YAML or JSON file (JSON is YAML). Throws a {@link ConfigError} with line and column for what cannot be parsed. */
export function readConfigFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(file, [{ path: '(file)', message: `cannot be read: ${messageOf(error)}` }]);
  }
  return parseConfigText(text, file);
}

/** Parses the text of a configuration file; `source` names it in errors. */
export function parseConfigText(text: string, source: string): unknown {
  const lines = new LineCounter();
  try {
    // Pretty errors quote the line, and that line may hold a password.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    if (document.errors.length > 0) {
      const issues = document.errors.map((error) => {
        const { line, col } = lines.linePos(error.pos[0]);
        return { path: `line ${line}, column ${col}`, message: syntaxMessage(error.message) };
      });
      throw new ConfigError(source, issues);
    }
    return document.toJS();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // Aliases that expand without end, and nesting deeper than the stack.
    throw new ConfigError(source, [{ path: '(file)', message: `cannot be parsed: ${messageOf(error)}` }]);
  }
}

function syntaxMessage(message: string): string {
  if (message.startsWith('Source contains multiple documents')) return 'a second document begins here; a configuration is one document';
  return message.replace(/:? ".*$/s, '');
}
