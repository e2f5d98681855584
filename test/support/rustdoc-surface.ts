// The public items of a crate, a line each, out of rustdoc's JSON. Only what a caller depends on: names and types, no
// documentation, no implementations of usual traits but their names.

export type Documentation = {
  readonly format_version: number;
  readonly root: number;
  readonly index: Readonly<Record<string, Item>>;
};
type Json = { readonly [key: string]: any };
type Item = { readonly name: string | null; readonly inner: Json; readonly attrs?: readonly unknown[] };

/** Sorted; the name of an item stands before those of its parts. */
export function surfaceOf({ root, index }: Documentation): string[] {
  const item = (id: number): Item | undefined => index[String(id)];
  const lines: string[] = [];

  const visit = (id: number, prefix: string, rename?: string): void => {
    const found = item(id);
    if (found === undefined) return;
    const [[kind, inner] = ['', {}]] = Object.entries(found.inner) as [string, Json][];
    const name = `${prefix}${rename ?? found.name ?? ''}`;
    const attributes = (found.attrs ?? []).some((attribute) => attribute === 'non_exhaustive')
      ? 'non_exhaustive '
      : '';
    switch (kind) {
      case 'module':
        for (const part of inner['items']) visit(part, found.name === 'oxd_runtime' ? '' : `${name}::`);
        break;
      case 'use': {
        const target = item(inner['id']);
        // What other crates define is their business.
        if (target === undefined) lines.push(`use ${inner['source']}`);
        else visit(inner['id'], prefix, inner['name']);
        break;
      }
      case 'struct': {
        lines.push(`${attributes}struct ${name}`);
        const fields: readonly number[] = inner['kind']['plain']?.['fields'] ?? [];
        for (const field of fields) visit(field, `${name}.`);
        implementations(inner['impls'], name);
        break;
      }
      case 'struct_field':
        lines.push(`field ${name}: ${typeText(inner)}`);
        break;
      case 'enum':
        lines.push(`${attributes}enum ${name}`);
        for (const variant of inner['variants']) visit(variant, `${name}::`);
        implementations(inner['impls'], name);
        break;
      case 'variant': {
        const shape = inner['kind'];
        const fields: readonly (number | null)[] = shape['tuple'] ?? shape['struct']?.['fields'] ?? [];
        lines.push(`variant ${name}`);
        for (const field of fields) if (field !== null) visit(field, `${name}.`);
        break;
      }
      case 'function':
        lines.push(functionText(name, inner));
        break;
      case 'constant':
        lines.push(`const ${name}: ${typeText(inner['type'])}`);
        break;
      default:
        lines.push(`${kind} ${name}`);
    }
  };

  /** Own methods, and the names of the traits that somebody wrote or derived. */
  const implementations = (ids: readonly number[], name: string): void => {
    for (const id of ids) {
      const inner: Json | undefined = item(id)?.inner['impl'];
      if (inner === undefined || inner['is_synthetic'] || inner['blanket_impl'] !== null) continue;
      const { trait } = inner;
      if (trait === null) for (const part of inner['items']) visit(part, `${name}::`);
      else lines.push(`impl ${trait['path']}${argumentsText(trait['args'])} for ${name}`);
    }
  };

  visit(root, '');
  return lines.toSorted();
}

function functionText(name: string, inner: Json): string {
  const { inputs, output } = inner['sig'];
  const parameters = inputs.map(([label, type]: [string, Json]) => `${label}: ${typeText(type)}`);
  const generics: readonly Json[] = inner['generics']['params'];
  // Parameters that `impl Trait` stands for are shown where they are used.
  const named = generics.filter(({ kind }) => !kind['type']?.['is_synthetic']);
  const shown = named.map(
    ({ name: parameter, kind }) => `${parameter}${boundsText(kind['type']?.['bounds'] ?? [])}`,
  );
  return `fn ${name}${shown.length === 0 ? '' : `<${shown.join(', ')}>`}(${parameters.join(', ')})${
    output === null ? '' : ` -> ${typeText(output)}`
  }`;
}

function typeText(type: Json): string {
  const [[kind, inner] = ['', {}]] = Object.entries(type);
  switch (kind) {
    case 'primitive':
    case 'generic':
      return inner;
    case 'resolved_path':
      // The same type is spelled as its file imports it.
      return `${inner.path.split('::').at(-1)}${argumentsText(inner.args)}`;
    case 'borrowed_ref':
      return `&${inner.lifetime === null ? '' : `${inner.lifetime} `}${inner.is_mutable ? 'mut ' : ''}${typeText(inner.type)}`;
    case 'raw_pointer':
      return `*${inner.is_mutable ? 'mut' : 'const'} ${typeText(inner.type)}`;
    case 'function_pointer': {
      const { sig, header } = inner;
      const convention = `${header.is_unsafe ? 'unsafe ' : ''}extern ${JSON.stringify(header.abi)} `;
      const inputs = sig.inputs.map(([, input]: [string, Json]) => typeText(input)).join(', ');
      return `${convention}fn(${inputs})${sig.output === null ? '' : ` -> ${typeText(sig.output)}`}`;
    }
    case 'slice':
      return `[${typeText(inner)}]`;
    case 'tuple':
      return `(${inner.map(typeText).join(', ')})`;
    case 'impl_trait':
      return `impl ${boundsText(inner).slice(2)}`;
    default:
      return JSON.stringify(type);
  }
}

function argumentsText(args: Json | null): string {
  const list: readonly Json[] = args?.['angle_bracketed']?.['args'] ?? [];
  const constraints: readonly Json[] = args?.['angle_bracketed']?.['constraints'] ?? [];
  const texts = [
    ...list.map((argument) => argument['lifetime'] ?? typeText(argument['type'] ?? argument)),
    ...constraints.map(
      ({ name, binding }) => `${name} = ${typeText(binding['equality']?.['type'] ?? binding)}`,
    ),
  ];
  const call = args?.['parenthesized'];
  if (call !== undefined)
    return `(${call['inputs'].map(typeText).join(', ')})${call['output'] === null ? '' : ` -> ${typeText(call['output'])}`}`;
  return texts.length === 0 ? '' : `<${texts.join(', ')}>`;
}

function boundsText(bounds: readonly Json[]): string {
  const texts = bounds.map((bound) => {
    const trait = bound['trait_bound']?.['trait'];
    return trait === undefined ? JSON.stringify(bound) : `${trait['path']}${argumentsText(trait['args'])}`;
  });
  return texts.length === 0 ? '' : `: ${texts.join(' + ')}`;
}
