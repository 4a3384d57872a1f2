/** Why a file can't be imported at all, or not further: one sentence for whoever asked, with the cure. */
export class ImportTrouble extends Error {}
