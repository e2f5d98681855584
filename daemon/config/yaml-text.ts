export type YamlValue = string | number | boolean | readonly YamlValue[] | ReadonlyMap<string, YamlValue>;

/** A document in block style; strings that YAML could read as something else are quoted. */
export function yamlText(value: YamlValue): string {
  return `${block(value, '').replace(/^\n/, '')}\n`;
}

/** What stands after a key's colon or a dash: on the same line, or on following lines further in. */
function block(value: YamlValue, indent: string): string {
  if (typeof value === 'string') return scalar(value, indent);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Map) {
    if (value.size === 0) return '{}';
    const entries = [...(value as ReadonlyMap<string, YamlValue>)];
    return entries
      .map(([key, item]) => `\n${indent}${scalar(key, indent)}:${spaced(item, `${indent}  `)}`)
      .join('');
  }
  const items = value as readonly YamlValue[];
  if (items.length === 0) return '[]';
  return items.map((item) => `\n${indent}-${spaced(item, `${indent}  `)}`).join('');
}

function spaced(value: YamlValue, indent: string): string {
  const text = block(value, indent);
  return text.startsWith('\n') ? text : ` ${text}`;
}

const plain = /^[A-Za-z_/$][\w ./$@+=,()-]*$/;
const reserved = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(text: string, indent: string): string {
  // A literal block keeps lines as they are, which is what scripts need; trailing blank lines and odd starts do not fit it.
  if (/^\S.*\n[^]*[^\n]\n?$/.test(text) && !text.includes('\r')) {
    const lines = text.replace(/\n$/, '').split('\n');
    const chomp = text.endsWith('\n') ? '|' : '|-';
    return [chomp, ...lines.map((line) => (line === '' ? '' : indent + line))].join('\n');
  }
  return plain.test(text) && !reserved.test(text) && !text.endsWith(' ') ? text : JSON.stringify(text);
}
