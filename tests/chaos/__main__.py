import sys

from tests.world import prepare_environment

prepare_environment()
import time

from tests.chaos.play import play

t = time.perf_counter()
for seed in range(int(sys.argv[1]), int(sys.argv[2])):
    o = play(seed)
    print(o.seed, o.scans, o.answers, o.lost, o.doubled, len(o.wrong), o.wrong[:3], flush=True)
print(time.perf_counter() - t, o.faults)
