// Random programs that mostly run: expressions over values of every type, in functions, loops and comprehensions.

/** xorshift32: small, and the same everywhere. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 2654435761 + 1 || 1;
  }

  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const ints = [
  '0',
  '1',
  '-1',
  '2',
  '3',
  '7',
  '10',
  '-5',
  '255',
  '10000000000007',
  '9007199254740991',
  '9007199254740993',
  '(1 << 70)',
  '-(1 << 65)',
  '0x7fffffff',
  '2147483648',
  '-2147483649',
];
const floats = [
  '0.0',
  '-0.0',
  '1.5',
  '-2.5',
  '0.1',
  '1e6',
  '123456.75',
  '1e-7',
  '1e21',
  '1e100',
  '3.0',
  'float("inf")',
  'float("nan")',
  '9007199254740992.0',
];
const strings = [
  '""',
  '"a"',
  '"ab"',
  '"hello world"',
  '" x y "',
  '"a,b,,c"',
  '"%s-%d"',
  '"{}-{}"',
  '"AbC"',
  '"12"',
  '"banana"',
  '"\\n\\t\\""',
];
const scalars = ['None', 'True', 'False'];

type Kind = 'int' | 'float' | 'string' | 'bool' | 'list' | 'tuple' | 'dict' | 'any';
const kinds: readonly Kind[] = ['int', 'float', 'string', 'bool', 'list', 'tuple', 'dict'];

const methods: readonly [method: string, args: readonly Kind[]][] = [
  ['upper', []],
  ['lower', []],
  ['title', []],
  ['capitalize', []],
  ['strip', []],
  ['lstrip', ['string']],
  ['rstrip', ['string']],
  ['split', ['string']],
  ['split', []],
  ['rsplit', ['string']],
  ['replace', ['string', 'string']],
  ['find', ['string']],
  ['rfind', ['string', 'int']],
  ['count', ['string']],
  ['startswith', ['string']],
  ['endswith', ['string']],
  ['join', ['list']],
  ['partition', ['string']],
  ['rpartition', ['string']],
  ['isalpha', []],
  ['isdigit', []],
  ['islower', []],
  ['istitle', []],
  ['index', ['string']],
  ['removeprefix', ['string']],
  ['format', ['any', 'any']],
  ['elems', []],
  ['isspace', []],
  ['isalnum', []],
];

export class Generator {
  readonly #random: Random;
  #variables: string[] = [];
  #names = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** A program of a few functions, each called and its result printed. */
  program(): string {
    this.#names = 0;
    const functions = 1 + this.#random.below(2);
    let text = '';
    for (let at = 0; at < functions; at++) {
      this.#variables = [];
      const initial = this.#expression('any', 1);
      this.#variables = ['a', 'b'];
      text += `def f${at}(a, b = ${initial}):\n${this.#block(1, 2)}    return [a, b, ${this.#expression('any', 2)}]\n`;
      const args = [
        this.#leaf(this.#random.pick(kinds)),
        ...(this.#random.below(2) ? [`b = ${this.#leaf('any')}`] : []),
      ];
      text += `print(f${at}(${args.join(', ')}))\n`;
    }
    return text;
  }

  #block(level: number, depth: number): string {
    const indent = '    '.repeat(level);
    let text = '';
    for (let count = 1 + this.#random.below(3); count > 0; count--)
      text += this.#statement(indent, level, depth);
    return text;
  }

  #statement(indent: string, level: number, depth: number): string {
    const random = this.#random;
    const known = [...this.#variables];
    const inner = (): string => {
      const text = this.#block(level + 1, depth - 1);
      this.#variables = known;
      return text;
    };
    switch (random.below(depth > 0 ? 9 : 6)) {
      case 0:
      case 1: {
        const value = this.#expression('any', 2);
        const name = `v${this.#names++}`;
        this.#variables = [...this.#variables, name];
        return `${indent}${name} = ${value}\n`;
      }
      case 2:
        return `${indent}print(${this.#expression('any', 2)}, ${this.#expression('any', 1)})\n`;
      case 3: {
        const name = random.pick(this.#variables);
        return `${indent}${name} ${random.pick(['+=', '-=', '*=', '%=', '|=', '//='])} ${this.#expression('any', 1)}\n`;
      }
      case 4: {
        const [x, y] = [`v${this.#names++}`, `v${this.#names++}`];
        const value = `${this.#expression('any', 1)}, ${this.#expression('any', 1)}`;
        this.#variables = [...this.#variables, x, y];
        return `${indent}${x}, ${y} = ${value}\n`;
      }
      case 5: {
        const list = `v${this.#names++}`;
        const value = this.#expression('list', 1);
        this.#variables = [...this.#variables, list];
        return `${indent}${list} = ${value}\n${indent}${list}.${random.pick(['append', 'extend', 'remove'])}(${this.#expression('any', 1)})\n`;
      }
      case 6:
        return `${indent}if ${this.#expression('any', 1)}:\n${inner()}${indent}else:\n${inner()}`;
      case 7: {
        if (random.below(2) === 0) {
          const [x, y] = [`v${this.#names++}`, `v${this.#names++}`];
          const over =
            random.below(2) === 0
              ? `enumerate(${this.#expression('list', 1)})`
              : `${this.#expression('dict', 1)}.items()`;
          this.#variables = [...this.#variables, x, y];
          return `${indent}for ${x}, ${y} in ${over}:\n${inner()}`;
        }
        const name = `v${this.#names++}`;
        const over = this.#expression(random.pick(['list', 'tuple', 'dict']), 1);
        this.#variables = [...this.#variables, name];
        return `${indent}for ${name} in ${over}:\n${inner()}`;
      }
      default: {
        const name = `g${this.#names++}`;
        const outer = this.#variables;
        this.#variables = [...outer, 'p'];
        const body = this.#block(level + 1, depth - 1);
        const result = this.#expression('any', 1);
        this.#variables = outer;
        return `${indent}def ${name}(p):\n${body}${indent}    return ${result}\n${indent}print(${name}(${this.#expression('any', 1)}))\n`;
      }
    }
  }

  #leaf(kind: Kind): string {
    const random = this.#random;
    switch (kind) {
      case 'int':
        return random.pick(ints);
      case 'float':
        return random.pick(floats);
      case 'string':
        return random.pick(strings);
      case 'bool':
        return random.pick(scalars);
      case 'list':
        return random.pick(['[]', '[1, 2, 3]', '["b", "a"]', '[1, 2.0, "x", None]', '[[1], [2]]']);
      case 'tuple':
        return random.pick(['()', '(1,)', '(1, "a")', '(3, 2, 1)', 'range(4)', 'range(5, 0, -2)']);
      case 'dict':
        return random.pick(['{}', '{"a": 1, "b": 2}', '{1: "x", 2.5: "y"}', '{(1, 2): [3]}', '{None: True}']);
      case 'any':
        return this.#leaf(random.pick(kinds));
    }
  }

  #expression(kind: Kind, depth: number): string {
    const random = this.#random;
    if (random.below(4) === 0 && this.#variables.length > 0) return random.pick(this.#variables);
    if (depth <= 0) return this.#leaf(kind);
    const sub = (wanted: Kind = 'any'): string => this.#expression(wanted, depth - 1);
    switch (random.below(14)) {
      case 0:
      case 1:
        return `(${sub(kind)} ${random.pick(['+', '-', '*', '//', '%', '/', '&', '|', '^'])} ${sub(kind)})`;
      case 2:
        return `(${sub()} ${random.pick(['==', '!=', 'in', 'not in', 'and', 'or'])} ${sub()})`;
      case 3:
        return `(${sub(kind)} ${random.pick(['<', '<=', '>', '>='])} ${sub(kind)})`;
      case 4:
        return `(${sub()} if ${sub()} else ${sub()})`;
      case 5:
        return `${random.pick(['str', 'repr', 'type', 'bool'])}(${sub()})`;
      case 6:
        return `${random.pick(['len', 'list', 'tuple', 'sorted', 'reversed', 'any', 'all', 'enumerate'])}(${sub(random.pick(['list', 'tuple', 'dict']))})`;
      case 7: {
        const [method, args] = random.pick(methods);
        return `${sub('string')}.${method}(${args.map((arg) => sub(arg)).join(', ')})`;
      }
      case 8:
        return `${sub(random.pick(['list', 'tuple', 'string']))}[${random.pick(['0', '-1', '1:', ':2', '::-1', '1:3:2', '5'])}]`;
      case 9: {
        const name = `c${this.#names++}`;
        const over = sub(random.pick(['list', 'tuple', 'dict']));
        const outer = this.#variables;
        this.#variables = [...outer, name];
        const body = this.#expression('any', depth - 1);
        const test = this.#expression('any', depth - 1);
        this.#variables = outer;
        return random.below(3) === 0
          ? `{${name}: ${body} for ${name} in ${over} if ${test}}`
          : `[${body} for ${name} in ${over} if ${test}]`;
      }
      case 10:
        return `"${random.pick(['%s', '%r', '%d', '%s and %s', '%x', '%f', '%g', '%%'])}" % (${sub()}${random.below(2) ? ',' : `, ${sub()}`})`;
      case 11:
        return `[${sub()}, ${sub()}]`;
      case 12:
        return `{${this.#leaf('string')}: ${sub()}, ${this.#leaf('int')}: ${sub()}}`;
      default:
        return `(${random.pick(['-', '+', '~', 'not '])}${sub(kind)})`;
    }
  }
}
