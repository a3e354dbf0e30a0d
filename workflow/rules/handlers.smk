"""What happens around a run: lost results, leftovers of killed runs, locks, the last words.

All handlers stand here: of two of one kind Snakemake keeps the last and drops the other in silence.
"""

import atexit
import sys
import time

from snakemake.settings.types import ExecMode

from carbonscape.core import leftovers, runs, written

STARTED = time.time()
RUNS = ".snakemake/runs"

# The jobs of this Snakemake end when it is killed.
runs.announce()


@cache
def remove_cut():
    """Remove results that were cut short, so that Snakemake makes them again.

    Called while the jobs are planned. Nothing is touched by a dry run, nor where a lock tells
    that another run may be writing.
    """
    if workflow.exec_mode != ExecMode.DEFAULT or workflow.executor_plugin is None:
        return
    if workflow.touch or any(Path(".snakemake/locks").glob("*")):
        return
    for cut in written.find_cut(f"{RESULTS}/logs"):
        if workflow.dryrun:
            print(f"carbonscape: {cut}: a run makes it again.", file=sys.stderr)
        else:
            print(f"carbonscape: {cut}: it is removed and made again.", file=sys.stderr)
            cut.path.unlink(missing_ok=True)


def whole(paths):
    """An input function: the files, after those that were cut short are gone."""

    def find(wildcards):
        remove_cut()
        return paths

    return find


# Of rules of these verbs all that they write is a result, whether or not another step reads it.
RESULT_VERBS = ("crossvalidate", "blend", "mosaic", "score", "evaluate")


def with_siblings(paths):
    """Files, and what the rules that write them write beside them."""
    makers = [one for one in workflow.rules if one.name.startswith(RESULT_VERBS)]
    found = dict.fromkeys(paths)
    for path in paths:
        for one in makers:
            if any(output.match(path) for output in one.output):
                found |= dict.fromkeys(map(str, one.expand_output(one.get_wildcards(path))[0]))
    return list(found)


def results_of(product):
    """All that a person takes away of a product: what is lost of it comes back."""
    files = [*SCORED[product].values(), *COUNTED[product].values()]
    if product in FLUXES:
        plan = FLUXES[product]
        files += [plan.every_experiment(), plan.map_files(), plan.other_files()]
        files += [f"{plan.root}/crossval/{scheme}/folds.json" for scheme in plan.schemes]
        files += [
            spreads.member_predictions(plan, model, pft)
            for model in plan.map["models"]
            for pft in plan.map["pfts"]
        ]
        if plan.product.reported:
            files += [claim_tables(product, plan.root, DRAWN[product], SCORED[product]["tables"])]
    else:
        files += [xco2_experiments(), XCO2_PRODUCT_FILES]
        if xco2_spreads.has_spread(config["xco2"], **XCO2_FIGURES_SHOWN):
            files.append(f"{XCO2}/crossval/{XCO2_SPREAD['scheme']}/{XCO2_SHOWN}.members.parquet")
        if XCO2_ABLATIONS["settings"]:
            files.append(XCO2_ABLATED)
    for figure in DRAWN[product]:
        files += [f"{FIGURES}/{figure.name(product)}.{kind}" for kind in ("png", "pdf")]
        files += figure.files(product, f"{RESULTS}/{product}").values()
    return [
        f"{RESULTS}/report/{PAGES[product]}",
        *CHECKED[product],
        f"{RESULTS}/inputs.csv",
        *with_siblings(
            [path for part in files for path in ([part] if isinstance(part, str) else part)]
        ),
    ]


def tell_lock():
    """Say at the end what to do about a lock that stopped this run."""
    stopped = workflow.persistence is not None and workflow.persistence.locked
    if stopped and not workflow.dryrun and workflow.executor_plugin is not None:
        words = runs.explain_lock(RUNS, results=RESULTS, arguments=sys.argv[1:])
        print(f"\ncarbonscape: {words}", file=sys.stderr)


if workflow.exec_mode == ExecMode.DEFAULT:
    atexit.register(tell_lock)


onstart:
    # Before the first job, and of those alone that are about to run.
    try:
        ESTIMATE.check([] if workflow.touch else needed_jobs(workflow.dag, MADE))
    except CarbonscapeError as refusal:
        raise WorkflowError(str(refusal))
    # With its limit of starts Snakemake looks at all waiting steps again, once a span for every
    # step that has finished: in the demo up to half a core. Processes here need no such limit.
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None
    # The lock is ours.
    atexit.register(runs.register(RUNS, RESULTS).unlink, missing_ok=True)
    leftovers.remove_parts([RESULTS, SIMULATED_RAW.root, TRUTH])


onsuccess:
    asked = workflow.dag_settings
    made = {path for job in workflow.dag.jobs for path in job.output}
    if not (asked.until or asked.omit_from or asked.batch):
        if made.issuperset(REPORTS):
            leftovers.remove_scratch(f"{RESULTS}/scratch")
        # After Snakemake's own last words, so that the path is the last line on the screen.
        told = [Path(path).read_text(encoding="utf-8") for path in HEADLINES if path in made]
        pages = [page for page in REPORTS if page in made]
        atexit.register(print, *told, *pages[:1], sep="\n")


onerror:
    failed = [
        runs.Failed(
            rule=job.rule.name,
            log=str(next(iter(job.log), "")),
            needs=f"{job.resources.get('mem_mb')} MB, {job.resources.get('runtime')} minutes",
        )
        for some in workflow.scheduler.failed
        for job in (some.jobs if some.is_group() else [some])
    ]
    told = runs.tell_failed(failed, since=STARTED)
    if told:
        atexit.register(print, f"\n{told}", file=sys.stderr)
