"""Scores and tables of the cross-validation of a flux, and what the report takes of it all."""

FIGURE = f"{FLUX}/figures/{{product}}"
# A simulated Earth has no number worth telling first.
if not SIMULATED:
    HEADLINES += [f"{plan.root}/scores/headline.txt" for plan in FLUXES.values()]


rule score_flux:
    input:
        predictions=lambda w: flux(w).experiments(),
        sites=f"{TOWER_DATA}/sites.csv",
        library=flux_library("score_flux.py"),
    output:
        scores=f"{FLUX}/scores/scores.csv",
        site_scores=f"{FLUX}/scores/site_scores.csv",
        table_s1=f"{FLUX}/scores/table_s1.csv",
        table_s2=f"{FLUX}/scores/table_s2.csv",
        table_s3=f"{FLUX}/scores/table_s3.csv",
        site_summary=f"{FLUX}/scores/site_summary.csv",
        spread=f"{FLUX}/scores/spread.csv",
        error_parts=f"{FLUX}/scores/error_parts.csv",
        error_sites=f"{FLUX}/scores/error_sites.csv",
        headline=f"{FLUX}/scores/headline.txt",
    log:
        f"{RESULTS}/logs/score_flux-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_flux-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    # A tenth of a second for each of at most some hundred experiments.
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        min_years=of_flux("evaluation", "seasonal_cycle_min_years"),
        site_min_months=of_flux("evaluation", "site_min_months"),
        shown=lambda w: flux(w).shown | {"gridded": flux(w).gridded},
    message:
        "Score every cross-validation of {wildcards.product}"
    script:
        "../../scripts/score_flux.py"


rule evaluate_flux_towers:
    input:
        sites=f"{TOWER_DATA}/sites.csv",
        samples=f"{FLUX}/features/samples.parquet",
        library=flux_library("evaluate_flux_towers.py"),
    output:
        towers=f"{FIGURE}_fig01_towers.csv",
        classes=f"{FIGURE}_fig01_classes.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_towers-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_towers-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Count what the towers of {wildcards.product} sample"
    script:
        "../../scripts/evaluate_flux_towers.py"


rule evaluate_flux_crossval:
    input:
        predictions=lambda w: flux(w).experiments(),
        sites=f"{TOWER_DATA}/sites.csv",
        scores=f"{FLUX}/scores/scores.csv",
        site_scores=f"{FLUX}/scores/site_scores.csv",
        library=flux_library("evaluate_flux_crossval.py"),
    output:
        fig04=f"{FIGURE}_fig04.csv",
        fig05=f"{FIGURE}_fig05.csv",
        fig06=f"{FIGURE}_fig06.csv",
        monthly_scores=f"{FIGURE}_monthly_scores.csv",
        quantities=f"{FIGURE}_quantities.csv",
        scatter=f"{FIGURE}_scatter.csv",
        seasonal_cycle=f"{FIGURE}_seasonal_cycle.csv",
        site_scores=f"{FIGURE}_site_scores.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_crossval-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_crossval-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown=lambda w: {"split": config["figures"]["split"], **flux(w).shown},
        min_years=of_flux("evaluation", "seasonal_cycle_min_years"),
        site_min_months=of_flux("evaluation", "site_min_months"),
    message:
        "Compute the numbers of the figures on the cross-validation of {wildcards.product}"
    script:
        "../../scripts/evaluate_flux_crossval.py"


rule evaluate_flux_differences:
    input:
        predictions=lambda w: flux(w).experiments(),
        library=flux_library("evaluate_flux_differences.py"),
    output:
        intervals=f"{FLUX}/scores/intervals.csv",
        differences=f"{FLUX}/scores/differences.csv",
        rows=f"{FIGURE}_differences.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_differences-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_differences-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        shown=lambda w: flux(w).shown,
        common_samples=of_flux("crossval", "common_samples"),
        draws=of_flux("evaluation", "bootstrap_draws"),
        seed=config["seed"],
    message:
        "Compare models of {wildcards.product} by resampling sites and splits"
    script:
        "../../scripts/evaluate_flux_differences.py"


rule evaluate_flux_unseen:
    input:
        predictions=lambda w: flux(w).unseen_experiments(),
        scores=f"{FLUX}/scores/scores.csv",
        library=flux_library("evaluate_flux_unseen.py"),
    output:
        table=f"{FLUX}/scores/unseen_splits.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_unseen-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_unseen-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        shown=lambda w: flux(w).shown,
        common_samples=of_flux("crossval", "common_samples"),
        draws=of_flux("evaluation", "bootstrap_draws"),
        seed=config["seed"],
    message:
        "Score {wildcards.product} on site splits that no choice was made on"
    script:
        "../../scripts/evaluate_flux_unseen.py"


rule evaluate_flux_holdouts:
    input:
        predictions=lambda w: flux(w).holdouts(),
        sites=f"{TOWER_DATA}/sites.csv",
        scores=f"{FLUX}/scores/scores.csv",
        library=flux_library("evaluate_flux_holdouts.py"),
    output:
        table=f"{FLUX}/scores/holdouts.csv",
        rows=f"{FIGURE}_holdouts.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_holdouts-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_holdouts-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown=lambda w: flux(w).shown,
    message:
        "Score {wildcards.product} with regions, years and climates held out"
    script:
        "../../scripts/evaluate_flux_holdouts.py"


rule evaluate_flux_costs:
    input:
        costs=lambda w: flux(w).experiments("cost.csv"),
        scores=f"{FLUX}/scores/scores.csv",
        library=flux_library("evaluate_flux_costs.py"),
    output:
        table=f"{FLUX}/scores/costs.csv",
        rows=f"{FIGURE}_costs.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_costs-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_costs-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        shown=lambda w: flux(w).shown,
    message:
        "Gather what each model of {wildcards.product} cost beside what it scores"
    script:
        "../../scripts/evaluate_flux_costs.py"


rule evaluate_flux_scorecard:
    input:
        reported=lambda w: str(BASE / "resources" / flux(w).product.reported),
        counts=f"{FLUX}/towers/filter_counts.csv",
        sites=f"{TOWER_DATA}/sites.csv",
        predictions=lambda w: flux(w).experiments(),
        growth=lambda w: (
            FIGURE.format(**w) + "_fig16a_growth.csv" if flux(w).maps and not PARTIAL else []
        ),
        maps=lambda w: (
            []
            if PARTIAL
            else claim_tables(
                w.product, flux(w).root, DRAWN[w.product], SCORED[w.product]["tables"]
            )
        ),
        library=flux_library("evaluate_flux_scorecard.py"),
    output:
        scorecard=f"{FLUX}/scores/scorecard.csv",
    log:
        f"{RESULTS}/logs/evaluate_flux_scorecard-{{product}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/evaluate_flux_scorecard-{{product}}.tsv"
    localrule: True
    conda:
        "../../../envs/science.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        product=lambda w: w.product,
        pft=config["figures"]["pft"],
        simulated=SIMULATED,
        draws=of_flux("evaluation", "bootstrap_draws"),
        min_years=of_flux("evaluation", "seasonal_cycle_min_years"),
        seed=config["seed"],
    message:
        "Put the numbers of this run beside the reported ones of {wildcards.product}"
    script:
        "../../scripts/evaluate_flux_scorecard.py"


TABLES = ("table_s1", "table_s2", "table_s3", "intervals", "differences")
TABLES += ("site_summary", "spread", "costs", "error_parts", "error_sites")

for name, plan in FLUXES.items():
    AVAILABLE[name] = plan.available
    # The first, as models stand in the configuration.
    SHOWN[name] = next(iter(plan.maps), None)
    CHECKED[name] = [
        f"{plan.root}/crossval/predictions.checked",
        *(f"{plan.root}/product/{map_name}/product.checked" for map_name in plan.maps),
    ]
    SCORED[name] = {
        "scorecard": f"{plan.root}/scores/scorecard.csv" if plan.product.reported else [],
        "tables": [
            *(f"{plan.root}/scores/{table}.csv" for table in TABLES),
            *([f"{plan.root}/scores/unseen_splits.csv"] if plan.unseen else []),
            *([f"{plan.root}/scores/holdouts.csv"] if "holdouts" in plan.available else []),
            *([f"{plan.root}/figures/{name}_fig16a_growth.csv"] if plan.maps else []),
            *(
                f"{plan.root}/figures/{name}_truth_{table}.csv"
                for table in ("skill", "growth", "gap", "applicability")
                if "truth" in plan.available
            ),
        ],
        "runs": plan.every_experiment("run.json"),
    }
    COUNTED[name] = {
        "filter_counts": f"{plan.root}/towers/filter_counts.csv",
        "sample_counts": f"{plan.root}/features/sample_counts.csv",
        "folds": [
            f"{plan.root}/crossval/{scheme}/folds.json" for scheme in [*plan.splits, *plan.unseen]
        ],
    }
