/**
 * Imported first by each entry point. Without this accessor no key of foreign JSON can reach a prototype;
 * the same as Node's `--disable-proto=delete`, which a program can't give itself.
 */
Reflect.deleteProperty(Object.prototype, '__proto__')
