// An application that looks at itself in every way that applications do, and prints what it saw as JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const files: Record<string, string> = {
  'sample/__init__.py': '',
  'sample/sibling.py': 'def run():\n    return "from a sibling"\n',
  'sample/data.txt': 'größe',
  'single.py': 'value = 1\n',
  'spread/part.py': 'value = 2\n',
  'sample-1.2.3.dist-info/METADATA': 'Metadata-Version: 2.1\nName: sample\nVersion: 1.2.3\n',
  'sample-1.2.3.dist-info/entry_points.txt': '[console_scripts]\nsample = sample.sibling:run\n',
  'sample/__main__.py': `
import importlib, importlib.metadata, importlib.resources, inspect, json, os, pickle, pkgutil, sys, tempfile, zipfile
from . import sibling
import sample, spread.part

here = os.path.dirname(__file__)
root = os.path.dirname(here) + '/'
points = importlib.metadata.distribution('sample').entry_points
with tempfile.TemporaryDirectory() as folder:
    with zipfile.ZipFile(folder + '/z.zip', 'w') as archive: archive.writestr('inzip.py', 'value = "zipped"')
    with open(folder + '/ondisk.py', 'w') as file: file.write('value = "disk"')
    # On disk and before the packed ones: it wins.
    with open(folder + '/single.py', 'w') as file: file.write('value = "shadow"')
    sys.path[:0] = [folder + '/z.zip', folder]
    import inzip, ondisk, single
    assert single.value == 'shadow', single.__file__
    del sys.path[:2]
json.dump({
    'argv': sys.argv, 'name': __name__, 'file': __file__, 'cached': __cached__, 'package': __package__,
    'spec': __spec__.name, 'relative': sibling.run(), 'siblingFile': sibling.__file__,
    'packagePath': list(sample.__path__),
    'open': open(os.path.join(here, 'data.txt'), encoding='utf-8').read(),
    'pkgutil': pkgutil.get_data('sample', 'data.txt').decode(),
    'resources': importlib.resources.files('sample').joinpath('data.txt').read_text(encoding='utf-8'),
    'resourceNames': sorted(p.name for p in importlib.resources.files('sample').iterdir()),
    'version': importlib.metadata.version('sample'),
    'entryPoints': [point.value for point in points],
    'namespace': [spread.part.__file__],
    'walked': sorted(m.name for m in pkgutil.walk_packages([root])),
    'source': inspect.getsource(sibling.run).splitlines()[0],
    'isFrozen': hasattr(sys, 'frozen'),
    'pickled': pickle.loads(pickle.dumps(sibling.__loader__)) == sibling.__loader__,
    'reloaded': importlib.reload(sibling) is sibling,
    'getData': sibling.__loader__.get_data(sibling.__file__) == sibling.__loader__.get_source('sample.sibling').encode(),
    'zip': inzip.value, 'onDisk': ondisk.value,
}, sys.stdout)
`,
};

/** Writes it to a folder and returns that. */
export function sampleApplication(folder: string): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
