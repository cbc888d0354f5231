import { access, constants } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ConfigError, messageOf } from '../errors.js';
import { syntaxProblemOf } from './syntax-error.js';
import { importTypeScript, isTypeScript } from './typescript.js';

/**
 * Loads a module that a project has written.
 *
 * @param file Absolute path of an ES module or a CommonJS one, in JavaScript or TypeScript.
 * @param name What it is called in messages: `the scenario /here/chat.js`.
 * @throws ConfigError: unreadable, a syntax error with its line, or what the module itself throws.
 */
export async function importModule(file: string, name: string): Promise<unknown> {
  const broken = (path: string, message: string): ConfigError => new ConfigError(name, [{ path, message }]);
  try {
    await access(file, constants.R_OK);
  } catch (error) {
    throw broken('(file)', `cannot be read: ${messageOf(error)}`);
  }
  try {
    return isTypeScript(file) ? await importTypeScript(file) : await import(pathToFileURL(file).href);
  } catch (error) {
    const syntax = await syntaxProblemOf(error, file);
    if (syntax?.line !== undefined) throw broken(`line ${syntax.line}`, `is no valid syntax: ${syntax.message}`);
    if (syntax) throw broken('(file)', `it, or a module that it imports, is no valid syntax: ${syntax.message}`);
    throw broken('(file)', `cannot be loaded: ${messageOf(error)}`);
  }
}
