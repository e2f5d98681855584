import type { Bytes } from './bytes.ts';
import { BytesElems } from './bytes.ts';
import { methodTable } from './callable.ts';

export const bytesMethods = methodTable({
  'elems()': (self: Bytes) => new BytesElems(self.data),
});
