// Gives each type its methods.
import { installMethods } from './attribute.ts';
import { Bytes } from './bytes.ts';
import { bytesMethods } from './bytes-methods.ts';
import { Dict, StarlarkSet } from './dict.ts';
import { dictMethods } from './dict-methods.ts';
import { listMethods } from './list-methods.ts';
import { List } from './sequence.ts';
import { setMethods } from './set-methods.ts';
import { stringMethods } from './string-methods.ts';

export function installAllMethods(): void {
  installMethods('string', stringMethods);
  installMethods(Bytes, bytesMethods);
  installMethods(List, listMethods);
  installMethods(Dict, dictMethods);
  installMethods(StarlarkSet, setMethods);
}
