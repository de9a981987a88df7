# program.py CALL WORK COUNT TARGET, as program.c; the work is JSON of so many records, read, sorted and written.
import json, os, sys

call, work, count, target = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
text = json.dumps([{"id": i, "name": "user%d" % i, "tags": ["a%d" % (i % 7), "b%d" % (i % 11)]} for i in range(work)])
for _ in range(count):
    if work:
        records = json.loads(text)
        records.sort(key=lambda record: record["name"])
        json.dumps(records)
    if call == "posix_spawn":
        child = os.posix_spawn(target, [target], {})
    else:
        child = os.fork()
        if child == 0:
            os.execve(target, [target], {})
    os.waitpid(child, 0)
