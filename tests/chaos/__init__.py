"""The fault harness: recorded scans through the real functions, with everything going wrong that AWS lets go wrong.

`make chaos SEEDS=200` runs it. One seed is one run, and always the same one:

schedule.py    actors in turn, in virtual time
engine.py      DynamoDB: the embedded engine's own, in process
faults.py      what goes wrong with a call, and how often it did
wire.py        between the SDKs and the engine: where calls are cut, delayed, repeated and refused
lambdas.py     the stream's shards and the queues: at least once, bisected, out of order
recording.py   the requests that are replayed
stage.py       a run: everything above, wired together
actors.py      who takes part in it: visitors, readers, editors, erasers
truth.py       what must come out, counted by brute force, and every answer's bounds
controls.py    counters that are known to be wrong; each must be caught
every_call.py  one small scene, killed at each of its calls in turn
"""
