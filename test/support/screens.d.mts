export declare const SCREENS: Readonly<Record<string, string>>
export declare function pathOf(
  path: string,
  people: { readonly lead: string; readonly visitor: string },
): string
