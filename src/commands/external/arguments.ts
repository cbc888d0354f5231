/** The value of an option in a command's words, `--name value` or `--name=value`; the last one counts, as tools have it. */
export function optionOf(command: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [index, word] of command.entries()) {
    if (word === name) value = command[index + 1] ?? value;
    else if (word.startsWith(`${name}=`)) value = word.slice(name.length + 1);
  }
  return value;
}
