"""The simulated Earth: known exactly, and seen by the instruments of each wing."""

SIMULATION = {
    "cell": config[MADE[0]]["grid"]["cell"],
    "seed": config["seed"],
    **{
        key: part
        for key, part in config["simulation"].items()
        if not key.startswith("oco_") and key != "pixels"
    },
}
# Native pixels along the side of a cell: of the files of satellites alone.
PIXELS = config["simulation"]["pixels"]
# Resources of the simulation are stated for a grid of one degree.
SIMULATED_SIZE = grid_share(SIMULATION["cell"], 1)
GEOGRAPHY = sorted(str(path) for path in (BASE / "resources" / "geography").glob("*.nc"))


rule simulate_earth:
    input:
        geography=GEOGRAPHY,
        library=library("simulate_earth.py"),
    output:
        # The truth lies apart: only instruments and an evaluation may read it.
        grid=f"{TRUTH}/grid.nc",
        sites=f"{TRUTH}/sites.nc",
    log:
        f"{RESULTS}/logs/simulate_earth.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate_earth.tsv"
    group:
        group_of("simulation")
    conda:
        "../../envs/science.yaml"
    resources:
        **needs(mem_mb=3000, runtime=60, size=SIMULATED_SIZE, group="simulation"),
    params:
        simulation=SIMULATION,
    message:
        "Simulate an Earth that is known exactly: weather, vegetation and carbon fluxes"
    script:
        "../scripts/simulate_earth.py"
