// program.js CALL WORK COUNT TARGET, as program.c, but node only forks; the work is JSON of so many records.
const { spawnSync } = require("child_process");
const [work, count, target] = [+process.argv[3], +process.argv[4], process.argv[5]];
const text = JSON.stringify(Array.from({ length: work }, (_, i) => ({ id: i, name: "user" + i, tags: ["a" + (i % 7)] })));
for (let i = 0; i < count; i++) {
  if (work) JSON.stringify(JSON.parse(text).sort((a, b) => (a.name < b.name ? -1 : 1)));
  spawnSync(target, [], { stdio: "ignore", env: {} });
}
