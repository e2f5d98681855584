/** An element, whose attributes that are undefined are left out. */
export type Xml = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly children: readonly (Xml | string)[];
};

export const xml = (
  name: string,
  attributes: Xml['attributes'] = {},
  ...children: readonly (Xml | string | readonly Xml[])[]
): Xml => ({ name, attributes, children: children.flat() });

/** A document of elements; an element has either elements or one text in it. */
export const xmlText = (root: Xml): string => `<?xml version="1.0" encoding="utf-8"?>\n${element(root, '')}`;

function element({ name, attributes, children }: Xml, indent: string): string {
  const shown = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${escaped(value)}"`]))
    .join('');
  if (children.length === 0) return `${indent}<${name}${shown}/>\n`;
  const [first] = children;
  if (typeof first === 'string') return `${indent}<${name}${shown}>${escaped(first)}</${name}>\n`;
  const inner = (children as readonly Xml[]).map((child) => element(child, `${indent}  `)).join('');
  return `${indent}<${name}${shown}>\n${inner}${indent}</${name}>\n`;
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
