"""Small jobs that are killed, cancelled and left alone, under the profile and resource functions
of the workflow. Started in the folder of a copy of the project."""

import os
import sys
from functools import partial

sys.path.insert(0, "workflow")

from carbonscape.core.cluster import cluster_of_run
from carbonscape.core.resources import resources_of

needs = partial(resources_of, cluster_of_run(os.environ))


rule hungry:
    """Takes 900 MB, and asks for 700 at first."""
    output:
        "out/hungry.txt",
    resources:
        **needs(mem_mb=700, runtime=2),
    params:
        took="import time; held = bytearray(900_000_000); time.sleep(6)",
    shell:
        "echo attempt >> out/hungry.attempts && python3 -c '{params.took}' && echo done > {output}"


rule slow:
    """Takes 150 s, and asks for a minute at first; a checkpoint says how far it came."""
    output:
        "out/slow.txt",
    resources:
        **needs(mem_mb=500, runtime=1),
    shell:
        "echo attempt >> out/slow.attempts; "
        "while [ $(wc -l < out/slow.scratch || echo 0) -lt 150 ]; do "
        "echo $(wc -l < out/slow.attempts) >> out/slow.scratch; sleep 1; done; "
        "cp out/slow.scratch {output}"


rule waiting:
    """Ends when a file says so."""
    output:
        "out/waiting-{name}.txt",
    resources:
        **needs(mem_mb=500, runtime=5),
    shell:
        "echo $SLURM_JOB_ID >> out/waiting-{wildcards.name}.jobs; "
        "while [ ! -e out/{wildcards.name}.go ]; do sleep 0.5; done; echo done > {output}"


rule refused:
    """Asks for more threads than any node has."""
    output:
        "out/threads.txt",
    threads: 64
    resources:
        **needs(mem_mb=500, runtime=2),
    shell:
        "echo {threads} > {output}"
