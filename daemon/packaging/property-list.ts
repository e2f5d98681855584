// Property lists in Apple's XML form: http://www.apple.com/DTDs/PropertyList-1.0.dtd

export type PlistValue = string | number | boolean;

/** A property list whose root is a dictionary. */
export function plistText(keys: ReadonlyMap<string, PlistValue>): string {
  const lines = [...keys].map(([key, value]) => `  <key>${escaped(key)}</key>\n  ${element(value)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    ...lines,
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

function element(value: PlistValue): string {
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  return `<string>${escaped(value)}</string>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
