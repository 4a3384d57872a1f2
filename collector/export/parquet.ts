import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Column } from './column.ts'

/**
 * Rows as a Parquet file, a row group at a time: what is held is one group, and of those before it what the
 * file's end says of them. A file that breaks off has no end, so no reader takes it for a whole one.
 */

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema']

/** As Parquet keeps each type; instants are milliseconds of UTC. */
const KEPT: Readonly<Record<Column<never>['type'], Omit<Schema[number], 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
}

/**
 * `rowsAGroup` rows are encoded at once, which nothing interrupts: few where the same thread answers
 * visitors. An empty file has its columns too.
 */
export async function* parquetPieces<R>(
  pages: AsyncIterable<readonly R[]>,
  columns: readonly Column<R>[],
  rowsAGroup: number,
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter()
  const parquet = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: 'pique' })
  let group: R[] = []
  const write = () => {
    const columnData = columns.map((column) => ({
      name: column.header,
      data: group.map((row) => keptOf(column, row)),
      // The least and greatest of JSON tell nothing, and would stand in the file's end whole.
      statistics: column.type !== 'json',
    }))
    // Nothing here waits: the writer only collects bytes.
    void parquet.write({ columnData, rowGroupSize: Math.max(1, group.length) })
    group = []
  }
  for await (const page of pages) {
    for (const row of page) {
      group.push(row)
      if (group.length < rowsAGroup) continue
      write()
      yield taken(writer)
    }
  }
  if (group.length > 0) write()
  void parquet.finish()
  yield taken(writer)
}

/** What was written since this was last asked; the writer begins its memory anew, and goes on counting. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice()
  writer.index = 0
  return bytes
}

function schemaOf<R>(columns: readonly Column<R>[]): Schema {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ header, type, isRequired }): Schema[number] => ({
      name: header,
      repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
      ...KEPT[type],
    })),
  ]
}

/** Undefined is null there. */
function keptOf<R>(column: Column<R>, row: R): unknown {
  const value = column.of(row) ?? undefined
  if (value === undefined) return undefined
  if (column.type === 'instant') return new Date(String(value))
  return column.type === 'integer' ? BigInt(Math.trunc(Number(value))) : value
}
