"""What the run costs, before it starts: asked for by name, no part of `all`."""

from functools import partial

from carbonscape.columns.costs import work_of_column
from carbonscape.core.job_graph import jobs_later, needed_jobs
from carbonscape.costs.estimate import Estimate
from carbonscape.fluxes.costs import work_of_flux

ESTIMATE = Estimate(
    work_of={
        **{name: partial(work_of_flux, plan) for name, plan in FLUXES.items()},
        **({"xco2": partial(work_of_column, config)} if "columns" in WINGS else {}),
    },
    root=str(BASE),
    device=config["device"],
    cluster=CLUSTER,
    longest=config["longest_training_days"],
)


localrules:
    plan_costs,


rule plan_costs:
    """Jobs, hours of cores and GPUs, memory, disk and downloads of the run, by stage; no data."""
    log:
        f"{RESULTS}/logs/plan_costs.log",
    conda:
        "../../envs/science.yaml"
    params:
        folder=RESULTS,
        plan=jobs_later(
            workflow,
            {name: [*TAKEN[name], REPORTS[0]] for name in MADE},
            ESTIMATE.plan,
        ),
        root=str(BASE),
        label=f"the run '{config['run']}' ({', '.join(MADE)}; device {config['device']})",
        downloads=(
            None
            if SIMULATED or not config["fetch"]["download"]
            else {
                "sections": {name: config[name] for name in MADE},
                "root": config["raw"],
                "towers": config["towers"],
                "areas": REAL_RAW.areas,
            }
        ),
    message:
        "Say what the run would cost"
    script:
        "../scripts/plan_costs.py"
