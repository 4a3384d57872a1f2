/**
 * Takes `__proto__` away from every object of this thread, as Node's `--disable-proto=delete` does for
 * whoever starts it with that: what a stranger's JSON calls so is a key like any other.
 */
export function removeProto(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__')
}
