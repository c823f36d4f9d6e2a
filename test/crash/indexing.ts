import { TrailIndex } from '../../src/audit/lookup/trail-index.ts'
import { filesOf } from '../../src/storage/data-directory.ts'
import { TrailIndexFile } from '../../src/storage/trail-index-file.ts'
import { TrailReader } from '../../src/storage/trail-reader.ts'

// Indexes the trail in a data directory, a line for each step, until it is killed. Every entry is a segment, so that there is much to write.

const { trailPath, indexPath } = filesOf(process.argv[2] ?? '')
const index = new TrailIndex(new TrailReader(trailPath), new TrailIndexFile(indexPath), 1)
while (await index.step()) process.stdout.write('.\n')
