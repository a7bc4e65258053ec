"""Runs a command on the first two cores that we may use, and prints what it took: `measure.py COMMAND …`.

User and system time, wall time and peak memory are those that the operating system reports for the finished process.
"""
import json
import os
import sys
import time

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
reading, writing = os.pipe()
began = time.monotonic()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)])
os.close(writing)
with os.fdopen(reading, encoding="utf-8") as pipe:
    said = pipe.read()
_, status, used = os.wait4(child, 0)
print(json.dumps({
    "wall": time.monotonic() - began,
    "cpu": used.ru_utime + used.ru_stime,
    "peak_mib": used.ru_maxrss / 1024,
    "code": os.waitstatus_to_exitcode(status),
    "said": said,
}))
