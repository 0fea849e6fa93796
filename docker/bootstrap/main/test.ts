import { runAllTests } from '../test-run.ts'
import { runMain } from '../say.ts'
import { readSettings } from '../settings.ts'

await runMain(() => runAllTests(readSettings(process.env)))
