// The corpus: packages that users pack, each with a probe that uses its data files, metadata and native code.
// The probe is probes/NAME.py; it runs as the module `probe`, which has the data of files/ beside it.

export type Package = {
  readonly name: string;
  /** What pip is asked for. Whoever raises a version runs the probe. */
  readonly requirements: readonly string[];
  /** What the probe prints, all of it. */
  readonly prints: string;
  /** Folders outside of the executable that it may read, with the reason in a comment. */
  readonly reads?: readonly string[];
  /** Small and fast: built and run by `npm test` too. */
  readonly isQuick?: boolean;
};

export const packages: readonly Package[] = [
  {
    name: 'requests',
    requirements: ['requests==2.32.3', 'certifi==2024.12.14', 'trustme==1.2.0'],
    prints: 'hello over TLS\nTrue True\n',
    isQuick: true,
  },
  { name: 'numpy', requirements: ['numpy==2.1.3'], prints: '2.1.3 -2.0 [1. 1.]\n' },
  {
    name: 'pandas',
    requirements: ['pandas==2.2.3', 'numpy==2.1.3'],
    prints: '2.2.3 {2024: 4} 2024-03-30T00:00:00+02:00\n',
  },
  { name: 'scipy', requirements: ['scipy==1.14.1', 'numpy==2.1.3'], prints: '1.14.1 2.0 3.0 0.5 2.0\n' },
  {
    name: 'sklearn',
    requirements: ['scikit-learn==1.6.0', 'scipy==1.14.1', 'numpy==2.1.3'],
    prints: '150 True\n',
  },
  {
    name: 'matplotlib',
    requirements: ['matplotlib==3.9.3', 'numpy==2.1.3'],
    prints: '(200, 150) True\n',
    // It asks fontconfig for the machine's fonts, and starts without them as well.
    reads: ['/usr/bin/fc-list', '/usr/share/fontconfig', '/usr/local/share/fonts', '/var/cache/fontconfig'],
  },
  {
    name: 'pillow',
    requirements: ['pillow==11.0.0'],
    prints: 'PNG (80, 40)\nJPEG (80, 40)\nWEBP (80, 40)\nTIFF (80, 40)\nTrue True\n',
  },
  { name: 'lxml', requirements: ['lxml==5.3.0'], prints: "True False\n['c']\nTrue\n" },
  {
    name: 'cryptography',
    requirements: ['cryptography==44.0.0'],
    prints: "b'secret' b'-----BEGIN PUBLIC KEY-----'\n",
  },
  {
    name: 'pydantic',
    requirements: ['pydantic==2.10.3', 'email-validator==2.2.0'],
    prints: "id=3 mail='a@example.com' tags=[]\n2 ['id', 'mail']\n",
    isQuick: true,
  },
  {
    name: 'pyyaml',
    requirements: ['PyYAML==6.0.2'],
    prints: "{'a': [1, 2.5, None, True]} b: 1 True\n",
    isQuick: true,
  },
  {
    name: 'orjson',
    requirements: ['orjson==3.10.12'],
    prints: `b'{"t":"2024-01-02T00:00:00","x":[1,null]}' 3.10.12\n`,
    isQuick: true,
  },
  { name: 'psutil', requirements: ['psutil==6.1.0'], prints: 'True True True True\n', isQuick: true },
  { name: 'grpcio', requirements: ['grpcio==1.68.1'], prints: "b'cba'\n" },
  {
    name: 'jinja2',
    requirements: ['jinja2==3.1.4'],
    prints: '<b>&lt;A&gt;</b>\n',
    isQuick: true,
  },
  {
    name: 'babel',
    requirements: ['babel==2.16.0', 'tzdata==2024.2'],
    prints: '1.234,50\u00a0€ 1. helmikuuta 2024\nJapanese True heure d’Europe centrale\n',
  },
  {
    name: 'timezones',
    requirements: ['pytz==2024.2', 'tzdata==2024.2'],
    prints: '-1 day, 20:00:00 True\n2024-01-01T00:00:00+09:00 True\n',
    isQuick: true,
  },
  { name: 'sqlalchemy', requirements: ['sqlalchemy==2.0.36'], prints: "['Ada', 'Alan']\n", isQuick: true },
  {
    name: 'flask',
    requirements: ['flask==3.1.0'],
    prints: '<p>Hello, Ada &amp; Co!</p> p {\n  color: teal;\n}\n\n',
    isQuick: true,
  },
  {
    name: 'django',
    requirements: ['django==5.1.4'],
    prints: 'True\nLog in | Django site admin\nTrue\n',
  },
  {
    name: 'fastapi',
    requirements: ['fastapi==0.115.6', 'uvicorn==0.34.0'],
    prints: '{"square":49 True\nTrue\n',
  },
  {
    name: 'botocore',
    requirements: ['botocore==1.35.80'],
    prints: 'https://s3.amazonaws.com/b/k True\n',
  },
  {
    name: 'jsonschema',
    requirements: ['jsonschema==4.23.0'],
    prints: `["'b' is a required property", "'x' is not of type 'integer'"]\n`,
    isQuick: true,
  },
  { name: 'rich', requirements: ['rich==13.9.4'], prints: 'True True True\n', isQuick: true },
  { name: 'click', requirements: ['click==8.1.7'], prints: 'hello Ada hello Ada 2 8.1.7\n' },
  { name: 'black', requirements: ['black==24.10.0'], prints: 'x = {"a": 1}\nf(1) True\n' },
  {
    name: 'mypy',
    requirements: ['mypy==1.13.0'],
    prints:
      '/wrong.py:2: error: Incompatible types in assignment (expression has type "str", variable has type "int")  [assignment]\nFound 1 error in 1 file (checked 1 source file)\n  1\n',
  },
  {
    name: 'tkinter',
    requirements: [],
    prints: '8.6 42 1970 True\nTrue\n',
    // Hidden, so that nothing of it helps. Debian's Tcl looks there for further modules.
    reads: ['/usr/share/tcltk', '/usr/lib/tcltk'],
    isQuick: true,
  },
  {
    name: 'setuptools',
    requirements: ['setuptools==75.6.0'],
    prints:
      '75.6.0 True\n<b>{% block b %}{% endblock %}</b> True\n' +
      "setuptools True False\n['base.html', 'page.html'] False\nTrue\nsetuptools.command.sdist\n",
  },
  {
    name: 'stevedore',
    requirements: ['stevedore==5.4.0'],
    prints: "['field', 'plain', 'simple']\n",
  },
  { name: 'joblib', requirements: ['joblib==1.4.2'], prints: '[1.0, 2.0, 3.0]\n' },
];
