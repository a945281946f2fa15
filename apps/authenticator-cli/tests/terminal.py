"""Runs a program in a terminal of its own: terminal.py '["wait for", "type", …]' PROGRAM ARGS…

Prints all that the program wrote. What is waited for has to come within 20 seconds, and after what came before.
"""

import json
import os
import pty
import select
import signal
import sys
import time

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    # What runs in the background inherits that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.argv[2], sys.argv[2:])

seen, at, end = b"", 0, time.monotonic() + 20
while time.monotonic() < end:
    while steps and (found := seen.find(steps[0].encode(), at)) >= 0:
        at = found + len(steps[0].encode())
        os.write(terminal, steps[1].encode())
        steps = steps[2:]
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            read = os.read(terminal, 4096)
        except OSError:
            break
        if not read:
            break
        seen += read
else:
    os.kill(pid, 9)
    sys.exit(f"not ended; seen: {seen!r}")
os.waitpid(pid, 0)
if steps:
    sys.exit(f"never came: {steps[0]!r}; seen: {seen!r}")
sys.stdout.buffer.write(seen)
