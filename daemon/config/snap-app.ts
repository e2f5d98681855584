import { ConfigError } from './config-object.ts';
import { declareFunction, type TypeDeclaration } from './declaration.ts';
import { choice, int, str } from './parameter.ts';
import { dashed, field, fields, mapping, SnapFields, textLike, texts } from './snap-fields.ts';
import type { YamlValue } from './yaml-text.ts';

/** Keys that only a service has. */
const ofServices = ['stop_command', 'stop_timeout', 'post_stop_command', 'restart_condition', 'timer'];
/** snapcraft.yaml has them in a socket with a name. */
const ofSockets = ['listen_stream', 'socket_mode', 'socket'];

export class SnapApp extends SnapFields {
  override readonly typeName = 'SnapApp';

  /** The mapping of the application `name`, as snapcraft takes it. */
  appYaml(name: string): ReadonlyMap<string, YamlValue> {
    if (!this.fields.has('command'))
      throw new ConfigError(`the app ${name} of the snap has no command`, 'set its attribute `command`');
    const lonely = ofServices.find((key) => this.fields.has(key));
    if (lonely !== undefined && !this.fields.has('daemon'))
      throw new ConfigError(
        `the app ${name} of the snap has ${lonely} without daemon`,
        'set its attribute `daemon`, such as to "simple": only services have it',
      );
    const yaml = new Map(dashed(this.fields));
    const socket = new Map(this.fields.get('socket') as ReadonlyMap<string, YamlValue> | undefined);
    for (const key of ofSockets) {
      const value = this.fields.get(key);
      if (key !== 'socket' && value !== undefined) socket.set(key, value as YamlValue);
      yaml.delete(key.replaceAll('_', '-'));
    }
    if (socket.size > 0) yaml.set('sockets', new Map([[name, dashed(socket)]]));
    return yaml;
  }
}

export const snapAppType: TypeDeclaration = {
  name: 'SnapApp',
  doc: 'An application of a snap package. `listen_stream`, `socket_mode` and `socket` make up its socket, which is named after it.',
  generation: 'modern',
  construct: declareFunction({
    name: 'SnapApp',
    doc: 'An application without any properties.',
    generation: 'modern',
    parameters: {},
    returns: 'SnapApp',
    call: () => new SnapApp(),
  }),
  attributes: [
    field('adapter', choice(['none', 'legacy', 'full'])),
    field('autostart', textLike(/^[\w. #:$-]+\.desktop$/, 'the name of a .desktop file')),
    ...fields(str, 'command common_id'),
    field('daemon', choice(['simple', 'oneshot', 'forking', 'notify', 'dbus'])),
    ...fields(str, 'desktop listen_stream post_stop_command'),
    field(
      'restart_condition',
      choice(['on-failure', 'on-success', 'on-abnormal', 'on-abort', 'on-watchdog', 'always', 'never']),
    ),
    field('stop_command', str),
    field('stop_timeout', textLike(/^\d+(ns|us|ms|s|m)?$/, 'a time such as "10s" or "500ms"')),
    field('timer', str),
    ...fields(texts, 'command_chain extensions plugs slots'),
    ...fields(mapping, 'environment passthrough socket'),
    field('socket_mode', int),
  ],
  methods: [],
};
