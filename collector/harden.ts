/**
 * To be called first by each thread. Without this accessor no key of foreign JSON can reach a prototype; the
 * same as Node's `--disable-proto=delete`, which a program can't give itself.
 */
export function dropProto(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
